"""The suite of dataset_release holds on a sound release, and each claim is seen to fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from tests.expectations.builders import held, with_row, with_rows
from tests.releases.published import SHARDS, publish_all
from webscale_rl_dagster.config import Config, GatesConfig
from webscale_rl_dagster.expectations.release_facts import ReleaseFacts, facts_of_release
from webscale_rl_dagster.expectations.validation import Validation, validate
from webscale_rl_dagster.releases.building import build_release
from webscale_rl_dagster.releases.reading import Release
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables

MIXED = GatesConfig(max_answer_type_share=1.0)
"""All answers of these releases are names."""
THIRDS = {"release": {"splits": {"train": 0.4, "validation": 0.3, "test": 0.3}}}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The second of two: the first has one shard less."""
    tables = Tables(Objects(str(tmp_path_factory.mktemp("store"))))
    publish_all(tables)
    config = Config.model_validate(THIRDS)
    now = datetime(2026, 11, 22, tzinfo=UTC)
    build_release(tables, SHARDS[:2], "v1", config=config, created=now)
    return build_release(tables, SHARDS, "v2", config=config, created=now, previous="v1")


def pairs(release: Release) -> tuple[pl.DataFrame, ReleaseFacts]:
    batches, facts = facts_of_release(release.name, release.objects)
    return pl.concat(batches(None)), facts


def judge(frame: pl.DataFrame, facts: ReleaseFacts, gates: GatesConfig = MIXED) -> Validation:
    return validate("dataset_release", held(frame), facts=facts, gates=gates)


def names(found: Validation) -> set[str]:
    assert not found.errors
    return {one.name for one in found.failed if one.severity == "critical"}


def test_a_sound_release_passes(release: Release) -> None:
    frame, facts = pairs(release)
    found = judge(frame, facts)
    assert (names(found), found.passed) == (set(), True)
    assert {one.name for one in found.failed} == {"licence_present"}, "of the news, a warning"
    assert found.evaluated == 16
    assert facts.before["domain"] == release.manifest["previous"]["mix"]["domain"]


def moved(frame: pl.DataFrame) -> pl.DataFrame:
    """A row of a document with two goes to another split, in exchange for one of there."""
    first = frame.row(0, named=True)
    place = next(n for n, split in enumerate(frame["split"]) if split != first["split"])
    other = frame.row(place, named=True)
    return with_row(with_row(frame, 0, split=other["split"]), place, split=first["split"])


@pytest.mark.parametrize(
    ("spoil", "failed"),
    [
        (lambda frame: pl.concat([frame[:1], frame[:1], frame[2:]]), {"qa_id_unique"}),
        (lambda frame: frame[1:], {"split_as_stated"}),
        (lambda frame: with_row(frame, split="held_out"), {"split_as_stated"}),
        (moved, {"document_in_one_split"}),
        (lambda frame: with_row(frame, question=" "), {"pair_present"}),
        (lambda frame: with_row(frame, profile="none"), {"verdicts_accepting"}),
        (lambda frame: with_row(frame, verifier=None), {"verifier_named"}),
        (lambda frame: with_row(frame, source_uri=None), {"source_named"}),
        (lambda frame: with_row(frame, domain="Sports"), {"domain_known"}),
        (lambda frame: with_rows(frame, domain="Math"), {"domain_mix", "domain_drift"}),
        (lambda frame: with_rows(frame, answer_type="number"), {"answer_type_drift"}),
        (lambda frame: with_rows(frame, style="cloze"), {"style_drift"}),
    ],
)
def test_every_claim_can_fail(
    release: Release, spoil: Callable[[pl.DataFrame], pl.DataFrame], failed: set[str]
) -> None:
    frame, facts = pairs(release)
    found = names(judge(spoil(frame), facts))
    assert failed <= found <= failed | {"document_in_one_split"}


def test_a_collapsed_answer_type_shuts_the_gate(release: Release) -> None:
    assert names(judge(*pairs(release), gates=GatesConfig())) == {"answer_type_mix"}


def test_few_pairs_and_no_release_before_have_no_mix(release: Release) -> None:
    frame, facts = pairs(release)
    alike = with_rows(frame, domain="Math", style="cloze")
    assert names(judge(alike, replace(facts, before={}))) == {"domain_mix"}
    few = replace(facts, before={"domain": {"Education": 19}})
    assert names(judge(alike, few, GatesConfig(max_domain_share=1, max_answer_type_share=1))) == (
        set()
    )


def test_a_file_that_was_changed_is_noticed(release: Release, tmp_path: Path) -> None:
    copied = Objects(str(tmp_path))
    for path in release.paths():
        key = f"releases/{release.name}/{path}"
        copied.put(key, release.objects.get(key))
    [file] = [path for path in tmp_path.rglob("train-*.parquet")]
    with_row(pl.read_parquet(file), answer="Mallory").write_parquet(file)
    batches, facts = facts_of_release(release.name, copied)
    found = validate("dataset_release", batches, facts=facts, gates=MIXED)
    assert names(found) == {"files_as_stated"}
