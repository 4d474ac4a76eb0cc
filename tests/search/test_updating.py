"""An update indexes what changed and nothing else, and any interruption is made good."""

from __future__ import annotations

import resource
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.search.conftest import rewrite
from webscale_rl_dagster.errors import IndexBusy, StorageError
from webscale_rl_dagster.search import indexing, release_part
from webscale_rl_dagster.search.apart import update_apart
from webscale_rl_dagster.search.catalog import Catalog, catalog_file
from webscale_rl_dagster.search.finding import Finder
from webscale_rl_dagster.search.folder import only_writer
from webscale_rl_dagster.search.index import Index, open_index
from webscale_rl_dagster.search.keeping import Keeper
from webscale_rl_dagster.search.queries import DocumentQuery, PairQuery
from webscale_rl_dagster.search.updating import (
    Updated,
    pending,
    stale_documents,
    update,
)
from webscale_rl_dagster.storage.tables import Tables


def everything(folder: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What an index says, in an order that does not depend on when a shard was indexed."""
    index = open_index(folder)
    assert index is not None
    found = index.pairs(PairQuery(), limit=1000), index.documents(DocumentQuery(), limit=1000)
    pairs, documents = (sorted(one.rows, key=str) for one in found)
    assert [one.total for one in found] == [len(pairs), len(documents)]
    return pairs, documents


def anew(tables: Tables, folder: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What one that is made from nothing says."""
    other = folder.with_name("anew")
    update(tables, other)
    return everything(other)


def test_nothing_is_indexed_twice(tables: Tables, folder: Path) -> None:
    shards = sorted(tables.shards("raw_documents"))
    assert pending(tables, folder) == len(shards) + 1  # the release
    assert update(tables, folder) == Updated(shards, ["v1"])
    assert pending(tables, folder) == 0
    assert update(tables, folder) == Updated()


def test_only_a_shard_that_changed_is_read(
    tables: Tables, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    update(tables, folder)
    shard = tables.shards("candidate_qa")[1]
    rewrite(tables, "candidate_qa", shard, tables.read("candidate_qa", shard).head(1))
    assert pending(tables, folder) == 1
    read: list[str] = []
    real = indexing.read_shard
    monkeypatch.setattr(indexing, "read_shard", lambda *args: read.append(args[1]) or real(*args))
    assert update(tables, folder) == Updated([shard])
    assert read == [shard]
    assert everything(folder) == anew(tables, folder)


def test_a_verdict_alone_changes_what_is_published(tables: Tables, folder: Path) -> None:
    update(tables, folder)
    shard = tables.shards("verified_qa")[0]
    tables.objects.delete([f"lineage/judged/verified_qa/{shard}.json"])
    assert update(tables, folder) == Updated([shard])
    index = open_index(folder)
    assert index is not None
    found = index.pairs(PairQuery(facets={"status": ["gate_shut"]}))
    assert {row["shard"] for row in found.rows} == {shard}
    assert everything(folder) == anew(tables, folder)


def test_a_shard_and_a_release_that_are_gone_disappear(tables: Tables, folder: Path) -> None:
    update(tables, folder)
    shard = tables.shards("raw_documents")[0]
    objects = tables.objects
    objects.delete([key for key in objects.list("") if shard in key])
    objects.delete(objects.list("releases/v1"))
    assert update(tables, folder) == Updated(removed=[shard, "v1"])
    index = open_index(folder)
    assert index is not None
    assert shard not in dict(index.pairs(PairQuery()).facets["shard"])
    assert index.pairs(PairQuery(facets={"release": ["v1"]})).total == 0
    catalog = Catalog.open(folder)
    assert catalog.shard(shard) is None
    assert catalog.releases() == []
    assert everything(folder) == anew(tables, folder)


@pytest.mark.parametrize("step", ["finish", "forget", "settle"])
def test_a_crash_after_the_index_has_committed_leaves_no_row_behind(
    tables: Tables, folder: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """A shard that is indexed when the power fails, and gone before the next update."""

    def crash(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(Keeper, step, crash)
        with pytest.raises(SystemExit):
            update(tables, folder)
    shard = tables.shards("raw_documents")[0]
    tables.objects.delete([key for key in tables.objects.list("") if shard in key])
    update(tables, folder)
    assert everything(folder) == anew(tables, folder)
    assert pending(tables, folder) == 0


def test_an_update_that_was_cut_off_goes_on_where_it_was(
    tables: Tables, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webscale_rl_dagster.search.writing.BATCH_ROWS", 1)

    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(indexing, "release_rows", cut_off)
        with pytest.raises(KeyboardInterrupt):
            update(tables, folder)
    last = max(tables.shards("raw_documents"))
    assert pending(tables, folder) == 2  # with the release
    assert update(tables, folder) == Updated([last], ["v1"])
    assert everything(folder) == anew(tables, folder)


def test_one_writer_at_a_time_and_readers_go_on(tables: Tables, folder: Path, index: Index) -> None:
    shard = tables.shards("raw_documents")[0]
    tables.objects.delete([f"verified_qa/{shard}.parquet"])
    with only_writer(folder):
        with pytest.raises(IndexBusy, match="another process"):
            update(tables, folder)
        assert index.pairs(PairQuery()).total > 0
        assert Catalog.open(folder).totals().shards == 3
        assert pending(tables, folder) == 1
    assert update(tables, folder) == Updated([shard])


def test_a_reader_sees_what_was_committed_once_it_reloads(
    tables: Tables, folder: Path, index: Index
) -> None:
    before = index.pairs(PairQuery())
    for shard in tables.shards("raw_documents"):
        tables.objects.delete([f"checked_qa/{shard}.parquet"])
    update(tables, folder)
    assert index.pairs(PairQuery()) == before
    index.reload()
    assert index.pairs(PairQuery()).facets["status"] == [("waiting", before.total)]


def test_a_search_is_answered_as_of_one_commit(
    tables: Tables, folder: Path, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = PairQuery(facets={"status": ["published"]})
    before = index.pairs(query)
    first = before.rows[0]["shard"]
    for stage in ("verified_qa", "checked_qa", "candidate_qa"):
        tables.objects.delete([f"{stage}/{first}.parquet"])
    update(tables, folder)
    real = Finder._row

    def reloading(finder: Finder, *args: Any) -> dict[str, Any]:
        index.reload()
        return real(finder, *args)

    with monkeypatch.context() as patch:
        patch.setattr(Finder, "_row", reloading)
        assert index.pairs(query) == before
    assert index.pairs(query).total < before.total


def test_a_commit_that_fails_ends_the_update_and_loses_nothing(
    tables: Tables, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit of the size of files stands in for a disk that is full for a moment."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    real = release_part.release_rows

    def on_a_full_disk(*args: Any) -> Iterator[Any]:
        monkeypatch.setattr("webscale_rl_dagster.search.writing.BATCH_ROWS", 1)
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, hard))
        try:
            yield from real(*args)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    with monkeypatch.context() as patch:
        patch.setattr(indexing, "release_rows", on_a_full_disk)
        try:
            with pytest.raises(StorageError, match=f"cannot write the search index {folder}: "):
                update(tables, folder)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert pending(tables, folder) == 4  # with the release
    assert len(update(tables, folder).shards) == 3
    assert everything(folder) == anew(tables, folder)


def test_an_update_ends_when_nobody_takes_its_progress(
    tables: Tables, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    update(tables, folder)
    tables.objects.put("releases/v1/README.md", b"changed")
    monkeypatch.setattr("webscale_rl_dagster.search.writing.BATCH_ROWS", 1)

    def broken(done: int, of: int) -> None:
        told.append(done)
        if len(told) == 2:
            raise BrokenPipeError

    told: list[int] = []
    with pytest.raises(BrokenPipeError):
        update(tables, folder, on_progress=broken)
    assert told == [0, 0]


def test_progress_is_told_of_parts_that_readers_can_see(tables: Tables, folder: Path) -> None:
    told: list[tuple[int, int]] = []
    update(tables, folder, on_progress=lambda done, of: told.append((done, of)))
    assert told == [(0, 4), (4, 4)]


def other_version(folder: Path) -> None:
    with closing(sqlite3.connect(catalog_file(folder))) as connection:
        connection.execute("PRAGMA user_version = 999")


def scribbled_catalog(folder: Path) -> None:
    catalog_file(folder).write_bytes(b"SQLite format 3\0" + b"\xff" * 9000)


def truncated_segments(folder: Path) -> None:
    for path in (folder / "pairs").glob("*.store"):
        path.write_bytes(path.read_bytes()[:-20])


def no_documents(folder: Path) -> None:
    shutil.rmtree(folder / "documents")


def unreadable_meta(folder: Path) -> None:
    (folder / "pairs" / "meta.json").write_text("{")


def lost_commit(folder: Path) -> None:
    """As when the power fails and the disk has kept the catalog alone."""
    shutil.copy(folder / "documents" / "meta.json", folder / "pairs" / "meta.json")


@pytest.mark.parametrize(
    "damage",
    [
        other_version,
        scribbled_catalog,
        truncated_segments,
        no_documents,
        unreadable_meta,
        lost_commit,
    ],
)
def test_a_damaged_index_is_made_anew_and_open_readers_find_it(
    tables: Tables, folder: Path, index: Index, damage: Callable[[Path], None]
) -> None:
    before = everything(folder)
    damage(folder)
    index.reload()
    updated = update(tables, folder)
    assert len(updated.shards) == 3
    index.reload()
    assert index.pairs(PairQuery(), limit=1000).total == len(before[0])
    assert everything(folder) == before


def test_there_is_no_index_before_the_first_update(folder: Path) -> None:
    assert open_index(folder) is None
    assert Catalog.open(folder).shards() == []
    assert Catalog.open(folder).totals().shards == 0
    folder.mkdir()
    assert open_index(folder) is None


def test_the_folder_is_private(folder: Path, index: Index) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_table_that_cannot_be_read_keeps_no_other_out(tables: Tables, folder: Path) -> None:
    update(tables, folder)
    shard, *others = sorted(tables.shards("candidate_qa"))
    tables.objects.put(f"candidate_qa/{shard}.parquet", b"PAR1 this is no table")
    tables.objects.delete([f"verified_qa/{key}.parquet" for key in others])
    updated = update(tables, folder)
    assert (updated.shards, list(updated.failed)) == (others, [shard])
    assert "Parquet" in updated.failed[shard]
    tables.objects.delete([f"candidate_qa/{shard}.parquet"])
    assert update(tables, folder) == Updated([shard])
    assert everything(folder) == anew(tables, folder)


def test_what_cannot_be_read_is_left_out_until_it_changes(
    tables: Tables, folder: Path, index: Index
) -> None:
    shard = min(tables.shards("raw_documents"))
    tables.objects.put(f"raw_documents/{shard}.parquet", b"PAR1 this is no table")
    assert pending(tables, folder) == 1
    update(tables, folder)
    assert pending(tables, folder) == 0
    assert Catalog.open(folder).failed() == 1
    assert stale_documents(tables, folder) == [shard]
    index.reload()
    assert shard not in dict(index.documents(DocumentQuery()).facets["shard"])
    tables.objects.put(f"raw_documents/{shard}.parquet", b"PAR1 nor is this")
    assert pending(tables, folder) == 1
    tables.objects.delete([f"raw_documents/{shard}.parquet"])
    update(tables, folder)
    assert Catalog.open(folder).failed() == 0
    assert everything(folder) == anew(tables, folder)


def test_a_lost_commit_is_seen_beside_a_shard_that_cannot_be_read(
    tables: Tables, folder: Path
) -> None:
    shard = min(tables.shards("candidate_qa"))
    meta = folder / "pairs" / "meta.json"
    update(tables, folder)
    lost = meta.read_bytes()
    tables.objects.put(f"candidate_qa/{shard}.parquet", b"PAR1 this is no table")
    update(tables, folder)
    meta.write_bytes(lost)
    assert len(update(tables, folder).shards) == 2
    assert everything(folder) == anew(tables, folder)


def test_what_ends_a_process_apart_is_told_with_its_folder(tables: Tables, tmp_path: Path) -> None:
    folder = tmp_path / "a file"
    folder.write_text("")
    with pytest.raises(StorageError, match=f"{folder} was cut short: FileExistsError"):
        update_apart(tables.objects.root, folder, on_progress=lambda *_: None)


def test_files_that_are_no_shards_are_passed_over(tables: Tables, folder: Path) -> None:
    tables.objects.put("raw_documents/notes.parquet", b"?")
    tables.objects.put("releases/half/data/train-00000-of-00001.parquet", b"?")
    updated = update(tables, folder)
    assert (len(updated.shards), updated.failed) == (3, {})
