"""A removal that is cut short holds from its tombstone on, and is finished by another command."""

from __future__ import annotations

import json

import pytest

from tests.pipeline import Pipeline, town
from tests.removal.storages import (
    LOOSE,
    WHY,
    made_of,
    remove,
    row,
    shard_of_town,
    two_shards,
    write_rows,
)
from webscale_rl_dagster.cli import republishing
from webscale_rl_dagster.corpora.removed import tombstones
from webscale_rl_dagster.identity import document_id
from webscale_rl_dagster.removal import removing

pytestmark = pytest.mark.slow

BOTH = ("--licence", "CC0-1.0")


class Crashed(Exception):
    """Stands for the death of the process."""


def crash(*_arguments: object, **_options: object) -> None:
    raise Crashed


def test_after_the_tombstone(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    two_shards(pipeline)
    asked = len(pipeline.script.requests)
    with monkeypatch.context() as patch:
        patch.setattr(republishing, "republish", crash)
        with pytest.raises(AssertionError, match="Crashed"):
            remove(pipeline, *BOTH)
    assert len(tombstones(pipeline.tables.objects)) == 1
    assert made_of(pipeline, 3).height > 0, "nothing is done yet"
    done = remove(pipeline, "--resume")
    both = {shard_of_town(pipeline, n): "published" for n in (0, 3)}
    assert done["republished"] == both
    assert made_of(pipeline, 3).is_empty()
    assert remove(pipeline, "--resume")["republished"] == {}
    assert len(pipeline.script.requests) == asked


def test_between_rewriting_a_shard_and_making_its_pairs(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_shards(pipeline)
    asked = len(pipeline.script.requests)
    with monkeypatch.context() as patch:
        patch.setattr(republishing, "report_rewritten", crash)
        with pytest.raises(AssertionError, match="Crashed"):
            remove(pipeline, *BOTH)
    first = shard_of_town(pipeline, 0)
    assert "removed" in pipeline.tables.read("raw_documents", first)["reason"].to_list()
    found = json.loads(pipeline("status", "--json", exit_code=1).stdout)["shards"]
    [shut] = [one for one in found if not one["gate"]["open"]]
    assert (shut["shard"], shut["published"], shut["reconciled"]) == (first, 0, False)
    done = remove(pipeline, *BOTH)
    assert done["republished"] == {shard_of_town(pipeline, n): "published" for n in (0, 3)}
    assert len(tombstones(pipeline.tables.objects)) == 1
    assert len(pipeline.script.requests) == asked


def test_a_shard_whose_gate_shuts_keeps_nothing_of_the_document(pipeline: Pipeline) -> None:
    """Two of three documents were fit, one of two is too few."""
    pipeline.configure(gates=LOOSE | {"min_kept_documents": 0.6})
    write_rows(pipeline, "a.jsonl", [row(3), row(4), row(20, text=f"{town(20)} UNFIT.")])
    pipeline("ingest", str(pipeline.folder / "a.jsonl"), "--corpus", "wiki")
    pipeline("run", "--all")
    [shard] = pipeline.shards
    done = remove(pipeline, "--document", document_id(town(3)), exit_code=3)
    assert done["republished"] == {shard: "gate_shut"}
    assert pipeline.tables.has("filtered_documents", shard)
    for stage in ("classified_documents", "candidate_qa", "checked_qa", "verified_qa"):
        assert not pipeline.tables.has(stage, shard)
    [item] = pipeline.status()["shards"]
    assert item["reconciled"]
    assert remove(pipeline, "--resume")["republished"] == {}, "there is nothing left to do"
    pipeline.configure(gates=LOOSE)
    asked = len(pipeline.script.requests)
    pipeline("run", "--all")
    assert set(pipeline.verified()["document_id"]) == {document_id(town(4))}
    assert len(pipeline.script.requests) == asked


def test_changed_models_are_not_asked(pipeline: Pipeline) -> None:
    """Nothing in the journal is an answer of the new model, so the shard waits for a run."""
    two_shards(pipeline)
    asked = len(pipeline.script.requests)
    engine = pipeline.settings["models"]["default"] | {"model": "another-model"}
    pipeline.configure(models={"default": engine})
    shard = shard_of_town(pipeline, 3)
    output = pipeline("remove", "--document", document_id(town(3)), "--reason", WHY, exit_code=3)
    assert f"{shard}: not published" in output.output
    assert len(pipeline.script.requests) == asked
    assert not pipeline.tables.has("verified_qa", shard)
    pipeline("run", "--shard", shard)
    assert len(pipeline.script.requests) > asked
    assert made_of(pipeline, 3).is_empty()
    assert made_of(pipeline, 4).height > 0


def test_a_table_without_the_documents_is_not_written(pipeline: Pipeline) -> None:
    two_shards(pipeline)
    shard = shard_of_town(pipeline, 3)
    before = pipeline.tables.version("raw_documents", shard)
    assert removing.erase_rows(pipeline.tables, shard, [document_id(town(0))]) == 0
    assert pipeline.tables.version("raw_documents", shard) == before
