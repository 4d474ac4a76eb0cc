from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.releases.published import SHARDS, pair, publish, publish_all
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.decontamination.store import BenchmarkStore
from webscale_rl_dagster.errors import ReleaseError
from webscale_rl_dagster.releases import building, files
from webscale_rl_dagster.releases.building import build_release
from webscale_rl_dagster.releases.cleaning import unclean
from webscale_rl_dagster.releases.reading import Release, open_release
from webscale_rl_dagster.schemas import TABLES
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables

THEN = datetime(2026, 11, 22, tzinfo=UTC)
HALVES = {"release": {"splits": {"train": 0.5, "validation": 0.25, "test": 0.25}}}


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(Objects(str(tmp_path / "store")))


def build(
    tables: Tables, name: str = "v1", shards: tuple[str, ...] = SHARDS, **options: Any
) -> Release:
    config = Config.model_validate(options.pop("settings", HALVES))
    return build_release(tables, shards, name, config=config, created=THEN, **options)


def rows(release: Release) -> pl.DataFrame:
    return pl.concat(batch for split in release.splits for batch in release.batches(split))


def left_out(release: Release) -> dict[str, dict[str, Any]]:
    frame = pl.read_parquet(f"{release.uri}/dropped.parquet")
    assert frame.schema == TABLES["release_dropped"]
    return {row["qa_id"]: row for row in frame.iter_rows(named=True)}


def test_every_published_pair_is_in_one_split_as_it_was(objects: Objects) -> None:
    tables = Tables(objects)
    publish_all(tables)
    release = build(tables)
    found = rows(release)
    assert found.schema == TABLES["dataset_release"]
    published = pl.concat([tables.read("verified_qa", shard) for shard in SHARDS])
    assert (
        found.sort("qa_id")
        .select(published.columns[:-3])
        .equals(published.sort("qa_id").drop("kept", "reason", "error"))
    )
    assert found["document_id"].n_unique() == 60
    assert found.group_by("document_id").agg(pl.col("split").n_unique())["split"].max() == 1
    assert set(found["split"]) == {"train", "validation", "test"}
    for split in release.splits:
        part = found.filter(pl.col("split") == split)
        assert part["shard"].is_sorted()
        assert release.manifest["splits"][split] == part.height
    assert open_release(objects, "v1") == release


def test_the_same_tables_make_the_same_bytes(tables: Tables) -> None:
    publish_all(tables)
    first = build(tables, "v1")
    second = build(tables, "v2", shards=SHARDS[::-1], processes=2)
    assert first.manifest["files"] == second.manifest["files"]
    assert first.manifest["content_sha256"] == second.manifest["content_sha256"]
    with pytest.raises(ReleaseError, match="release v1 exists and never changes"):
        build(tables, "v1")


def test_files_are_bounded_and_numbered(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FILE_ROWS", 10)
    publish_all(tables)
    one_each = {"release": {"splits": {"train": 1, "validation": 0, "test": 0}}}
    release = build(tables, settings=one_each)
    names = [key.rsplit("/", 1)[1] for key in release.files["train"]]
    assert names == [f"train-{number:05d}-of-00003.parquet" for number in range(3)]
    assert release.files["test"] == ()
    assert rows(release).height == 120


def test_what_an_earlier_attempt_left_behind_goes(tables: Tables) -> None:
    publish_all(tables)
    tables.objects.put("releases/v1/data/train-00000-of-00009.parquet", b"half")
    assert rows(build(tables)).height == 120


def test_repeats_and_benchmark_items_are_left_out_with_evidence(
    tables: Tables, tmp_path: Path
) -> None:
    item = (
        "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips "
        "in May. How many clips did Natalia sell altogether in April and May?"
    )
    (tmp_path / "sums.jsonl").write_text(json.dumps({"question": item, "answer": "72"}))
    BenchmarkStore(tables.objects).add("sums", [tmp_path / "sums.jsonl"])
    asked = pair(SHARDS[0], 0)
    other = {"answer": "someone else", "document_id": "0" * 64}
    again = pair(SHARDS[1], 90, question=asked["question"].replace("?", " ?"), **other)
    known = pair(SHARDS[2], 91, question=item, answer="72")
    known_too = pair(SHARDS[2], 92, question=item, answer="72")
    publish(tables, SHARDS[0], [asked, pair(SHARDS[0], 1)])
    publish(tables, SHARDS[1], [again, pair(SHARDS[1], 2)])
    publish(tables, SHARDS[2], [known, known_too, pair(SHARDS[2], 3)])

    release = build(tables, settings=HALVES | {"decontamination": {"benchmarks": ["sums"]}})
    dropped = left_out(release)
    assert dropped.keys() == {again["qa_id"], known["qa_id"], known_too["qa_id"]}
    repeat = dropped[again["qa_id"]]
    assert (repeat["reason"], repeat["duplicate_of"]) == ("near_duplicate", asked["qa_id"])
    assert repeat["document_id"] == "0" * 64
    for row in (known, known_too):
        hit = dropped[row["qa_id"]]
        assert (hit["reason"], hit["shard"]) == ("contaminated", SHARDS[2])
        assert hit["contamination"]["benchmark"] == "sums"
        assert hit["contamination"]["field"] == "question"
    manifest = release.manifest
    assert manifest["dropped"] == {"contaminated": 2, "near_duplicate": 1}
    assert manifest["funnel"]["release"] == {
        "input": 7,
        "kept": 4,
        "dropped": manifest["dropped"],
        "failed": 0,
    }
    [against] = manifest["decontamination"]["benchmarks"]
    stored = tables.objects.get("benchmarks/sums.zip")
    assert (against["name"], against["sha256"]) == ("sums", sha256(stored).hexdigest())


def test_no_benchmark_means_no_search(tables: Tables) -> None:
    publish_all(tables, 4)
    release = build(tables, settings={"decontamination": {"benchmarks": []}})
    assert release.manifest["decontamination"]["benchmarks"] == []
    assert release.manifest["pairs"] == 12


def test_shares_are_capped_where_asked_for(tables: Tables) -> None:
    publish_all(tables)
    rare = [pair(SHARDS[0], n, domain="Math") for n in range(6)]
    publish(tables, SHARDS[0], rare)
    balance = {"balance": {"domain": 0.3}}
    release = build(tables, settings={"release": balance})
    counts = release.manifest["mix"]["domain"]
    assert counts["Math"] == 6
    assert max(counts.values()) <= 0.3 * release.manifest["pairs"]
    reasons = {row["reason"] for row in left_out(release).values()}
    assert reasons == {"over_share_domain"}
    assert release.manifest["dropped"]["over_share_domain"] == 86 - release.manifest["pairs"]


def test_of_pairs_alike_the_one_that_was_released_stays(tables: Tables) -> None:
    """Also where one that was left out would come first, now that its own reason is gone."""
    ask = "Which enzyme in human saliva breaks starch down into {}sugars{}?"
    fillings = (("very short ", " indeed"), ("short ", ""), ("", ""))
    first, between, last = (
        pair(shard, 0, question=ask.format(*filling), answer="amylase")
        for shard, filling in zip(SHARDS, fillings, strict=True)
    )
    for shard, row in zip(SHARDS, (first, between, last), strict=True):
        publish(tables, shard, [row])
    before = build(tables, "v1")
    assert set(rows(before)["qa_id"]) == {first["qa_id"], last["qa_id"]}
    assert left_out(before)[between["qa_id"]]["duplicate_of"] == first["qa_id"]
    after = build(tables, "v2", shards=SHARDS[1:], previous="v1")
    assert rows(after)["qa_id"].to_list() == [last["qa_id"]]
    assert left_out(after)[between["qa_id"]]["duplicate_of"] == last["qa_id"]
    assert after.manifest["previous"]["removed_by_reason"] == {"shard_left_out": 1}


def test_a_second_release_says_what_changed(tables: Tables) -> None:
    publish_all(tables, 10)
    before = build(tables, "v1")
    gone, dropped, changed = (pair(SHARDS[1], number) for number in (0, 1, 2))
    twin = pair(SHARDS[1], 3)
    publish(
        tables,
        SHARDS[1],
        [
            twin,
            dropped | {"question": twin["question"]},
            changed | {"answer_aliases": ["Hale", "the Hales"]},
            *(pair(SHARDS[1], number) for number in range(4, 12)),
        ],
    )
    after = build(tables, "v2", shards=SHARDS[:2], previous="v1")
    said = after.manifest["previous"]
    assert said == {
        "name": "v1",
        "content_sha256": before.manifest["content_sha256"],
        "mix": before.manifest["mix"],
        "added": 2,
        "removed": 12,
        "changed": 1,
        "moved": 0,
        "removed_by_reason": {"shard_left_out": 10, "near_duplicate": 1, "not_published": 1},
    }
    listed = pl.read_parquet(f"{after.uri}/changes.parquet")
    assert listed.schema == TABLES["release_changes"]
    assert dict(listed["change"].value_counts().iter_rows()) == {
        "added": 2,
        "removed": 12,
        "changed": 1,
    }
    by_id = {row["qa_id"]: row for row in listed.iter_rows(named=True)}
    assert by_id[changed["qa_id"]]["change"] == "changed"
    assert by_id[gone["qa_id"]]["reason"] == "not_published"
    assert by_id[dropped["qa_id"]]["reason"] == "near_duplicate"
    kept = rows(after).join(rows(before), on="qa_id", suffix="_before")
    assert kept.height == 18
    assert (kept["split"] == kept["split_before"]).all()


def test_other_shares_move_pairs_and_change_none(tables: Tables) -> None:
    publish_all(tables, 10)
    build(tables, "v1")
    train = {"release": {"splits": {"train": 1, "validation": 0, "test": 0}}}
    moved = build(tables, "v2", settings=train, previous="v1").manifest
    before = open_release(tables.objects, "v1").manifest["splits"]
    assert moved["previous"]["moved"] == before["validation"] + before["test"] > 0
    assert moved["previous"]["changed"] == moved["previous"]["removed"] == 0


def test_a_table_that_changes_meanwhile_ends_it(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_all(tables, 4)

    def cleaned(*arguments: Any, **options: Any) -> dict[str, Any]:
        drops = unclean(*arguments, **options)
        publish(tables, SHARDS[1], [pair(SHARDS[1], 99)])
        return drops

    monkeypatch.setattr(building, "unclean", cleaned)
    with pytest.raises(ReleaseError, match="was replaced while the release was made"):
        build(tables)
    with pytest.raises(ReleaseError, match="no release 'v1'"):
        open_release(tables.objects, "v1")


def test_only_the_bytes_that_a_gate_let_pass_are_released(tables: Tables) -> None:
    publish_all(tables, 4)
    judged = {shard: tables.open("verified_qa", shard).sha256() for shard in SHARDS}
    publish(tables, SHARDS[1], [pair(SHARDS[1], 99)])
    with pytest.raises(ReleaseError, match="was replaced while the release was made"):
        build(tables, judged=judged)


def test_a_release_that_another_process_has_finished_stays(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_all(tables, 4)

    def finished(*arguments: Any, **options: Any) -> dict[str, Any]:
        monkeypatch.undo()
        build(tables, shards=SHARDS[:1])
        return unclean(*arguments, **options)

    monkeypatch.setattr(building, "unclean", finished)
    with pytest.raises(ReleaseError, match="was made by another process meanwhile"):
        build(tables)
    assert list(open_release(tables.objects, "v1").manifest["shards"]) == [SHARDS[0]]


def test_nothing_makes_no_release(tables: Tables) -> None:
    with pytest.raises(ReleaseError, match="nothing to release"):
        build(tables, shards=())
    publish(tables, SHARDS[0], [])
    with pytest.raises(ReleaseError, match="nothing to release"):
        build(tables, shards=SHARDS[:1])
    publish(tables, SHARDS[1], [pair(SHARDS[1], 1), pair(SHARDS[1], 1)])
    with pytest.raises(ReleaseError, match="two published pairs have the id"):
        build(tables, shards=SHARDS[1:2])
    with pytest.raises(ReleaseError, match="no release 'v0'"):
        build(tables, shards=SHARDS[1:2], previous="v0")
