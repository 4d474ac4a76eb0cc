"""Releases leave out what was removed, list it, and are not passed with it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from tests.releases.published import SHARDS, publish_all
from webscale_rl_dagster.config import Config, GatesConfig
from webscale_rl_dagster.corpora.removed import Tombstone, new_tombstone, save
from webscale_rl_dagster.expectations.release_facts import facts_of_release
from webscale_rl_dagster.expectations.validation import validate
from webscale_rl_dagster.identity import document_id
from webscale_rl_dagster.releases.building import build_release
from webscale_rl_dagster.releases.reading import Release
from webscale_rl_dagster.schemas import frame_of
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Row, Tables

GONE = document_id(f"{SHARDS[0]} document 3")
ERASED = document_id(f"{SHARDS[0]} document 4")
LONELY = document_id("a document that no pair was made of")
NEAR = document_id("nearly the same")
WHY = "<script>alert(1)</script> [the publisher](javascript:alert(1)) asked"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    """Three shards; of the first, some documents are marked as removed and one is not yet."""
    found = Tables(Objects(str(tmp_path / "store")))
    publish_all(found)
    for shard in SHARDS:
        kept = found.read("verified_qa", shard)["document_id"].unique(maintain_order=True)
        rows = [raw(identity) for identity in kept if identity != ERASED]
        if shard == SHARDS[0]:
            rows += [raw(one, kept=False, reason="removed") for one in (ERASED, LONELY)]
            rows.append(raw(NEAR, kept=False, reason="removed", duplicate_of=LONELY))
        found.write("raw_documents", shard, frame_of("raw_documents", rows))
    return found


def raw(identity: str, **values: object) -> Row:
    return {"document_id": identity, "text": "a text", "kept": True} | values


def release(tables: Tables, name: str, previous: str | None = None) -> Release:
    config = Config.model_validate({"decontamination": {"benchmarks": []}})
    return build_release(tables, SHARDS, name, config=config, created=NOW, previous=previous)


def lay(tables: Tables) -> list[Tombstone]:
    pairs = tables.read("verified_qa", SHARDS[0]).filter(pl.col("document_id") == GONE)["qa_id"]
    laid = [
        new_tombstone("document", GONE, WHY, {GONE: pairs.to_list()}),
        new_tombstone("licence", "closed", "closed", {ERASED: [], LONELY: []}),
    ]
    for tombstone in laid:
        save(tables.objects, tombstone)
    return laid


def file(made: Release, name: str) -> pl.DataFrame:
    return pl.read_parquet(f"{made.uri}/{name}.parquet")


def documents(made: Release) -> set[str]:
    return {
        identity
        for split in made.splits
        for batch in made.batches(split, ["document_id"])
        for identity in batch["document_id"]
    }


def judged(made: Release) -> set[str]:
    batches, facts = facts_of_release(made.name, made.objects)
    gates = GatesConfig(max_answer_type_share=1.0)
    found = validate("dataset_release", batches, facts=facts, gates=gates)
    return {one.name for one in found.failed if one.severity == "critical"}


def test_a_release_leaves_out_lists_and_tells_the_next(tables: Tables) -> None:
    before = release(tables, "v1")
    assert {GONE, ERASED} <= documents(before)
    assert before.manifest["removed"] == {"documents": 0, "removals": []}
    assert "removed.parquet" not in before.paths()
    first, second = lay(tables)
    made = release(tables, "v2", previous="v1")
    assert documents(made) == documents(before) - {GONE, ERASED}
    assert made.manifest["dropped"] == {"removed": 4}
    assert set(file(made, "dropped")["document_id"]) == {GONE, ERASED}
    told = [{"id": one.id, "time": one.time} for one in (first, second)]
    assert made.manifest["removed"] == {
        "documents": 4,
        "removals": [
            {**told[0], "kind": "document", "reason": WHY, "documents": 1},
            {**told[1], "kind": "licence", "reason": "closed", "documents": 3},
        ],
    }
    listed = {row["document_id"]: row for row in file(made, "removed").iter_rows(named=True)}
    assert listed.keys() == {GONE, ERASED, LONELY, NEAR}
    assert (listed[GONE]["reason"], listed[GONE]["removed_at"]) == (WHY, first.time)
    assert listed[GONE]["qa_ids"] == first.documents[GONE]
    assert listed[NEAR]["reason"] == "closed"
    changes = file(made, "changes")
    assert changes["reason"].to_list() == ["document_removed"] * 4
    assert made.manifest["previous"]["removed_by_reason"] == {"document_removed": 4}
    assert judged(made) == set()
    assert "removed.parquet" in {one["path"] for one in made.manifest["files"]}


def test_the_rule_is_named_if_any_row_is_under_it(tables: Tables) -> None:
    """The text was met again at a source that no rule names."""
    for shard, licence in zip(SHARDS, ("closed", None, None), strict=True):
        again = raw(LONELY, kept=False, reason="removed", licence=licence)
        frame = tables.read("raw_documents", shard).filter(pl.col("document_id") != LONELY)
        tables.write("raw_documents", shard, frame.vstack(frame_of("raw_documents", [again])))
    save(tables.objects, new_tombstone("licence", "closed", WHY, {}))
    [found] = file(release(tables, "v1"), "removed").filter(pl.col("document_id") == LONELY).rows(
        named=True
    )  # fmt: skip
    assert (found["kind"], found["reason"]) == ("licence", WHY)


def test_the_card_says_why_and_renders_nothing(tables: Tables) -> None:
    lay(tables)
    made = release(tables, "v1")
    card, page = ((Path(made.uri) / name).read_text() for name in ("README.md", "card.html"))
    for text in (card, page):
        assert "documents of these shards were removed for good" in text
        assert "<script>alert" not in text
    assert "](javascript:" not in card


def test_a_release_with_a_removed_document_is_not_passed(tables: Tables) -> None:
    made = release(tables, "v1")
    assert judged(made) == set()
    lay(tables)
    assert judged(made) == {"document_not_removed"}


def test_by_a_rule_alone(tables: Tables) -> None:
    """Its shard was ingested while the rule was laid, and shows nothing of it yet."""
    save(tables.objects, new_tombstone("source_file", "s3://corpora/news.jsonl", "closed", {}))
    made = release(tables, "v1")
    assert SHARDS[0].startswith("news/")
    assert made.manifest["shards"][SHARDS[0]]["pairs"] == 0
    assert made.manifest["dropped"] == {"removed": 40}
    assert judged(made) == set()


def test_a_removed_pair_drives_out_no_other(tables: Tables) -> None:
    """Another pair asks what a removed one asked, and stays."""
    frame = tables.read("verified_qa", SHARDS[0])
    removed = frame.filter(pl.col("document_id") == GONE).row(0, named=True)
    later = frame.row(-1, named=True) | {name: removed[name] for name in ("question", "answer")}
    changed = pl.concat([frame[:-1], frame_of("verified_qa", [later])])
    tables.write("verified_qa", SHARDS[0], changed)
    assert release(tables, "v1").manifest["dropped"] == {"near_duplicate": 1}
    lay(tables)
    made = release(tables, "v2")
    assert made.manifest["dropped"] == {"removed": 4}
    assert later["document_id"] in documents(made)
