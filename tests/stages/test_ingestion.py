"""Several files in one ingestion: one that fails takes nothing away from the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.corpora.ingestion import jsonl, new_tables, texts, write
from webscale_rl_dagster.corpora import sources
from webscale_rl_dagster.corpora.jsonl import read_jsonl
from webscale_rl_dagster.corpora.records import Document, Meter, ReadOptions, Rejected
from webscale_rl_dagster.corpora.sources import find_sources
from webscale_rl_dagster.errors import SourceUnreadable
from webscale_rl_dagster.stages.ingestion import Ingestion


def fails_midway(path: Path, meter: Meter, options: ReadOptions) -> Iterator[Document | Rejected]:
    yield next(iter(read_jsonl(path, meter, options)))
    raise OSError(5, "Input/output error", str(path))


def test_what_was_judged_of_a_file_and_not_stored_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = new_tables(tmp_path / "storage")
    first = write(tmp_path / "a.jsonl", jsonl({"text": "in both"}, {"text": "only in a"}))
    second = write(tmp_path / "b.jsonl", jsonl({"text": "in both"}))
    options = ReadOptions("text", None, 1000)
    with Ingestion(
        corpus="wiki", tables=tables, shard_documents=10, options=options, near_duplicates=None
    ) as ingestion:
        with monkeypatch.context() as disk:
            disk.setattr(sources, "read_jsonl", fails_midway)
            with pytest.raises(SourceUnreadable, match="Input/output error"):
                list(ingestion.read(find_sources(first, "auto"), 1))
        [shard] = ingestion.read(find_sources(second, "auto"), 1)
    assert shard.kept == 1
    assert texts(tables) == ["in both"]
