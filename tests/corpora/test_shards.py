"""Shards are written as they fill, and appear whole or not at all."""

from __future__ import annotations

import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from webscale_rl_dagster.corpora import shards
from webscale_rl_dagster.corpora.known import KnownDocuments
from webscale_rl_dagster.corpora.records import Document
from webscale_rl_dagster.corpora.shards import IngestedShard, ShardWriter
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(Objects(str(tmp_path / "storage")))


def write(tables: Tables, texts: list[str], *, flush: bool = True) -> list[IngestedShard]:
    """As one attempt at a file would, in shards of three."""
    with closing(KnownDocuments(near=None)) as known:
        writer = ShardWriter(
            tables,
            "wiki",
            "0123456789",
            known=known,
            shard_documents=3,
            now=datetime(2026, 11, 22, tzinfo=UTC),
        )
        with closing(writer):
            for number, text in enumerate(texts):
                writer.add(document(number, text))
            if flush:
                writer.flush()
    return writer.shards


def document(number: int, text: str) -> Document:
    return Document(text=text, source_uri="file:///a.jsonl", source_row=number)


def test_a_shard_that_is_left_half_way_does_not_appear(
    tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    write(tables, list("abcde"), flush=False)
    assert tables.shards("raw_documents") == ["wiki/0123456789/00000"]
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_table_that_says_the_same_is_left_as_it_is(tables: Tables) -> None:
    [first] = write(tables, list("aba"))
    [again] = write(tables, list("aba"))
    assert (first.rows, first.kept, first.duplicates, first.new) == (3, 2, 1, True)
    assert (again.table, again.new) == (first.table, False)
    [other] = write(tables, list("abc"))
    assert other.new
    assert other.table.sha256 != first.table.sha256


def test_long_documents_end_a_shard_early(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD_CHARACTERS", 10)
    assert [shard.rows for shard in write(tables, ["a" * 6, "b" * 6, "c"])] == [2, 1]
