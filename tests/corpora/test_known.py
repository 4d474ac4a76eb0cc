"""What is stored is looked up once a run, a few shards at a time, and none of it is missed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpora.ingestion import documents, ingested, jsonl, write
from webscale_rl_dagster.corpora import stored
from webscale_rl_dagster.corpora.records import ReadOptions
from webscale_rl_dagster.corpora.sources import Source
from webscale_rl_dagster.errors import SourceUnreadable
from webscale_rl_dagster.stages.ingestion import Ingestion
from webscale_rl_dagster.storage.tables import GROUP_ROWS, Tables


class Crash(Exception):
    pass


def file(path: Path, *texts: str) -> Path:
    return write(path, jsonl(*({"text": text} for text in texts)))


def reasons(tables: Tables) -> dict[str, str | None]:
    """By the file's name and the row in it."""
    rows = documents(tables).select("source_uri", "source_row", "reason")
    return {f"{Path(uri).name}:{row}": reason for uri, row, reason in rows.iter_rows()}


def leave_unfinished(path: Path, tables: Tables, shards: int) -> None:
    """An attempt with a document a shard that ends after so many of them."""

    def crash(_progress: object) -> None:
        if len(tables.shards("raw_documents")) == shards:
            raise Crash

    with pytest.raises(Crash):
        ingested(path, tables, shard_documents=1, on_progress=crash)


@pytest.mark.parametrize("near", [None, 0.8])
@pytest.mark.parametrize("largest", [GROUP_ROWS, 0])
def test_every_stored_shard_is_looked_up_whatever_its_size(
    near: float | None,
    largest: int,
    tables: Tables,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stored, "GROUP_ROWS", largest)
    texts = [f"text number {number}" for number in range(3 * stored.AT_ONCE + 1)]
    ingested(file(tmp_path / "a.jsonl", *texts), tables, shard_documents=1)
    [shard] = ingested(
        file(tmp_path / "b.jsonl", *texts, "new"), tables, corpus="mirror", near_duplicates=near
    )
    assert (shard.kept, shard.duplicates) == (1, len(texts))


def test_the_files_of_a_run_are_looked_up_and_listed_once(
    tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingested(file(tmp_path / "earlier.jsonl", "earlier"), tables)
    listed = 0
    shards = Tables.shards

    def counted(tables: Tables, table: str) -> list[str]:
        nonlocal listed
        listed += table == "raw_documents"
        return shards(tables, table)

    monkeypatch.setattr(Tables, "shards", counted)
    for name in "abc":
        file(tmp_path / f"corpus/{name}.jsonl", name, "earlier", "in all")
    ingested(tmp_path / "corpus", tables)
    assert listed == 1
    repeats = [name for name, reason in reasons(tables).items() if reason is not None]
    assert sorted(repeats) == ["a.jsonl:1", "b.jsonl:1", "b.jsonl:2", "c.jsonl:1", "c.jsonl:2"]


def test_after_an_unfinished_attempt_with_more_shards(tables: Tables, tmp_path: Path) -> None:
    """Those beyond the last are gone when the second file is read."""
    first = file(tmp_path / "corpus/a.jsonl", "one", "two", "three")
    file(tmp_path / "corpus/b.jsonl", "three", "four")
    leave_unfinished(first, tables, 2)
    ingested(tmp_path / "corpus", tables)
    assert len(tables.shards("raw_documents")) == 2
    assert [name for name, reason in reasons(tables).items() if reason] == ["b.jsonl:0"]


def test_what_an_unfinished_attempt_stored_counts_if_its_file_fails_again(
    tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = file(tmp_path / "a.jsonl", "one", "two")
    second = file(tmp_path / "b.jsonl", "one", "three")
    leave_unfinished(first, tables, 1)

    def fails(*_given: object) -> None:
        raise SourceUnreadable("the disk fails")

    with Ingestion(
        corpus="wiki",
        tables=tables,
        shard_documents=10,
        options=ReadOptions("text", None, 1000),
        near_duplicates=None,
    ) as ingestion:
        with monkeypatch.context() as failing:
            failing.setattr(Source, "read", fails)
            with pytest.raises(SourceUnreadable):
                list(ingestion.read([Source(first, "jsonl")], 0))
        list(ingestion.read([Source(second, "jsonl")], 0))
    assert reasons(tables)["b.jsonl:0"] == "duplicate_document"
