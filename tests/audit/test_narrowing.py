"""With the index a look-up of documents finds what it finds without."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.audit.corpora import ingest_all
from tests.pipeline import Pipeline, town
from webscale_rl_dagster.audit.fate import fates
from webscale_rl_dagster.audit.narrowing import narrowing_by
from webscale_rl_dagster.audit.nearest import Unknown
from webscale_rl_dagster.audit.released import Releases
from webscale_rl_dagster.audit.sources import Meant, find_meant
from webscale_rl_dagster.identity import document_id
from webscale_rl_dagster.lineage.state import shard_state
from webscale_rl_dagster.search.updating import update


@pytest.fixture
def folder(pipeline: Pipeline) -> Path:
    """Of the index, made of four files of six towns."""
    ingest_all(pipeline)
    folder = Path(f"{pipeline.settings['storage']}.index")
    update(pipeline.tables, folder)
    return folder


def look_up(pipeline: Pipeline, query: str, folder: Path | None) -> Any:
    tables = pipeline.tables
    narrowing = narrowing_by(tables, folder) if folder else None
    meant = find_meant(tables, query, narrowing)
    if isinstance(meant, Unknown):
        return meant
    told = fates(tables, Releases(tables.objects), meant, partial(shard_state, tables))
    return list(told), list(meant.quarantined(tables))


def queries(pipeline: Pipeline) -> list[str]:
    whole, other = document_id(town(0)), document_id(town(40))
    return [
        whole,
        whole[:7],
        f"{whole[:20]}{'0' * 44}",
        other,
        "https://example.org/aldermoor",
        "https://example.org/aldermore",
        "ftp://nowhere",
        str(pipeline.folder / "plain.jsonl"),
        str(pipeline.folder / "plane.jsonl"),
        str(pipeline.folder / "texts"),
        str(pipeline.folder / "later.jsonl"),
        "\udcff[/b]\x1b]0;",
    ]


def agree(pipeline: Pipeline, folder: Path) -> None:
    for query in queries(pipeline):
        assert look_up(pipeline, query, folder) == look_up(pipeline, query, None), query


def test_an_index_changes_no_answer_and_narrows_it(pipeline: Pipeline, folder: Path) -> None:
    agree(pipeline, folder)
    meant = find_meant(pipeline.tables, document_id(town(2)), narrowing_by(pipeline.tables, folder))
    assert isinstance(meant, Meant)
    assert meant.shards is not None
    assert len(meant.shards) == 1 < len(pipeline.shards)


def test_what_changed_since_the_index_was_made_is_read(pipeline: Pipeline, folder: Path) -> None:
    tables = pipeline.tables
    [first, second, *_] = pipeline.shards
    moved = tables.read("raw_documents", first)
    tables.write(
        "raw_documents",
        second,
        moved.with_columns(url=pl.lit("https://example.org/aldermore")),
    )
    tables.objects.delete([f"raw_documents/{first}.parquet"])
    pipeline.ingest("later.jsonl", [town(40)])
    agree(pipeline, folder)
    told, _ = look_up(pipeline, "https://example.org/aldermore", folder)
    assert {one["shard"] for one in told} == {second}
    told, _ = look_up(pipeline, document_id(town(40)), folder)
    assert told[0]["source_uri"] == str(pipeline.folder / "later.jsonl")


def test_without_an_index_nothing_is_narrowed(pipeline: Pipeline, tmp_path: Path) -> None:
    assert narrowing_by(pipeline.tables, tmp_path / "none.index") is None
