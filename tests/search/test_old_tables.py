"""Tables of older versions, empty ones and odd values are indexed for what they hold."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import polars as pl
import pytest

from tests.search.conftest import rewrite
from webscale_rl_dagster.schemas import STAGES
from webscale_rl_dagster.search.index import Index, open_index
from webscale_rl_dagster.search.queries import DocumentQuery, PairQuery
from webscale_rl_dagster.search.updating import update
from webscale_rl_dagster.storage.tables import Tables


def made(tables: Tables, folder: Path) -> Index:
    assert update(tables, folder).failed == {}
    index = open_index(folder)
    assert index is not None
    return index


def test_a_column_that_an_older_version_did_not_write_is_null(tables: Tables, folder: Path) -> None:
    for table, columns in {
        "candidate_qa": ["domain", "style"],
        "checked_qa": ["verdicts", "answer_type"],
        "raw_documents": ["language", "licence"],
    }.items():
        for shard in tables.shards(table):
            file = BytesIO()
            tables.read(table, shard).drop(columns).write_parquet(file)
            tables.objects.put(f"{table}/{shard}.parquet", file.getvalue())
    index = made(tables, folder)
    found = index.pairs(PairQuery())
    assert found.total > 0
    empty = ("domain", "style", "verdict", "answer_type", "licence")
    assert [found.facets[name] for name in empty] == [[]] * len(empty)
    assert {row["licence"] for row in found.rows} == {None}


def test_a_verdict_of_an_older_version_is_a_value_too(tables: Tables, folder: Path) -> None:
    shard = tables.shards("checked_qa")[0]
    old = pl.lit({"once_asked": "failed", "answer_leaked": "passed"}).alias("verdicts")
    file = BytesIO()
    checked = tables.read("checked_qa", shard).with_columns(old)
    checked.write_parquet(file)
    tables.objects.put(f"checked_qa/{shard}.parquet", file.getvalue())
    found = made(tables, folder).pairs(PairQuery(facets={"verdict": ["once_asked"]}))
    assert found.total == checked.height


@pytest.mark.parametrize("stage", STAGES)
def test_any_table_may_be_empty_or_missing(tables: Tables, folder: Path, stage: str) -> None:
    first, second, _ = sorted(tables.shards("verified_qa"))
    rewrite(tables, stage, first, tables.read(stage, first).head(0))
    tables.objects.delete([f"{stage}/{second}.parquet"])
    index = made(tables, folder)
    counted = [
        ("candidate_qa", index.pairs(PairQuery())),
        ("raw_documents", index.documents(DocumentQuery())),
    ]
    for table, found in counted:
        heights = {key: tables.height(table, key) for key in tables.shards(table)}
        assert dict(found.facets["shard"]) == {key: rows for key, rows in heights.items() if rows}


def test_odd_values_are_kept_as_they_are(tables: Tables, folder: Path) -> None:
    shard = tables.shards("candidate_qa")[0]
    rows = tables.read("candidate_qa", shard).to_dicts()[:1]
    odd = ["", "x" * 100_000, 'a"b\\c\n\u2028\x00', "\u202e<script>", None]
    rewrite(
        tables,
        "candidate_qa",
        shard,
        pl.DataFrame([{**rows[0], "persona": text, "question": text} for text in odd]),
    )
    index = made(tables, folder)
    found = index.pairs(PairQuery(facets={"shard": [shard]}))
    assert [row["persona"] for row in found.rows] == [text and text[:500] for text in odd]
    for text in odd[:-1]:
        assert text is not None
        assert index.pairs(PairQuery(facets={"persona": [text]})).total == 1
        assert index.pairs(PairQuery(facets={"persona": [text[:200]]})).total == 1
