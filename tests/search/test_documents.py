"""Every document is found with what became of it, as `webscale-rl fate` tells it."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.search.conftest import rewrite
from webscale_rl_dagster.audit.fate import fates
from webscale_rl_dagster.audit.released import Releases
from webscale_rl_dagster.audit.sources import Meant
from webscale_rl_dagster.audit.where import starting
from webscale_rl_dagster.lineage.state import shard_state
from webscale_rl_dagster.search.index import Index, open_index
from webscale_rl_dagster.search.queries import DOCUMENT_FACETS, DocumentQuery
from webscale_rl_dagster.search.updating import update
from webscale_rl_dagster.storage.tables import Tables


def all_fates(tables: Tables) -> list[dict[str, Any]]:
    """What `fate` says of every row of `raw_documents`."""
    everything = Meant("source_uri", starting("source_uri", ""))
    return list(fates(tables, Releases(tables.objects), everything, partial(shard_state, tables)))


def told(tables: Tables) -> list[dict[str, Any]]:
    """The same in the words of the index."""
    return [
        {
            **{name: fate[name] for name in ("document_id", "source_uri", "source_row", "title")},
            **{name: fate[name] for name in ("licence", "corpus", "shard", "outcome")},
            "stage": fate["outcome_stage"],
            "reason": fate["stages"].get(fate["outcome_stage"], {}).get("reason"),
            "pairs": len(fate["stages"].get("candidate_qa", {}).get("rows", [])),
            "published": len(fate["published"]),
        }
        for fate in all_fates(tables)
    ]


def indexed(tables: Tables, folder: Path) -> list[dict[str, Any]]:
    update(tables, folder)
    index = open_index(folder)
    assert index is not None
    return index.documents(DocumentQuery(), limit=1000).rows


def agree(rows: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> None:
    assert [{name: row[name] for name in wanted[0]} for row in rows] == wanted


def test_documents_are_told_as_fate_tells_them(tables: Tables, folder: Path) -> None:
    wanted = told(tables)
    assert {row["outcome"] for row in wanted} == {"published", "dropped"}
    agree(indexed(tables, folder), wanted)


def test_reasons_of_many_rows_become_one(tables: Tables, folder: Path) -> None:
    """The most frequent, of equal ones the first; requests that broke are told apart."""
    for shard, reasons in zip(
        sorted(tables.shards("candidate_qa")),
        (["b", "a", "a", "b"], ["failed", "failed", "a", "b"], ["a", "failed"]),
        strict=True,
    ):
        rows = tables.read("candidate_qa", shard).to_dicts()
        lost = [
            {**rows[number % len(rows)], "kept": False, "reason": reason, "error": None}
            for number, reason in enumerate(reasons * 2)
        ]
        rewrite(tables, "candidate_qa", shard, pl.DataFrame(lost))
    wanted = told(tables)
    assert {"failed", "dropped"} <= {row["outcome"] for row in wanted}
    agree(indexed(tables, folder), wanted)


def test_stages_that_are_missing_or_out_of_date(tables: Tables, folder: Path) -> None:
    first, second, third = sorted(tables.shards("verified_qa"))
    tables.objects.delete([f"verified_qa/{first}.parquet"])
    rewrite(tables, "checked_qa", second, tables.read("checked_qa", second).head(0))
    for stage in ("candidate_qa", "checked_qa", "verified_qa"):
        tables.objects.delete([f"{stage}/{third}.parquet", f"lineage/judged/{stage}/{third}.json"])
    wanted = told(tables)
    outcomes = {row["outcome"] for row in wanted}
    assert outcomes == {"gate_shut", "out_of_date", "waiting", "dropped"}
    agree(indexed(tables, folder), wanted)


@pytest.mark.parametrize("facet", DOCUMENT_FACETS)
def test_a_facet_finds_the_documents_that_have_its_value(
    tables: Tables, folder: Path, facet: str
) -> None:
    for shard in tables.shards("raw_documents"):
        spoken = tables.read("raw_documents", shard).with_columns(language=pl.lit("en"))
        rewrite(tables, "raw_documents", shard, spoken)
    update(tables, folder)
    index = open_index(folder)
    assert index is not None
    rows = index.documents(DocumentQuery(), limit=1000).rows
    counts = Counter(row[facet] for row in rows if row[facet] is not None)
    assert counts
    for value in counts:
        found = index.documents(DocumentQuery(facets={facet: [value]}))
        assert found.rows == [row for row in rows if row[facet] == value]
        assert dict(found.facets[facet]) == counts


def test_the_shards_of_a_document_are_found_without_a_scan(tables: Tables, index: Index) -> None:
    rows = [
        {**row, "shard": shard}
        for shard in sorted(tables.shards("raw_documents"))
        for row in tables.rows("raw_documents", shard)
    ]
    row = rows[0]
    ids = sorted({one["shard"] for one in rows if one["document_id"] == row["document_id"]})
    uris = sorted({one["shard"] for one in rows if one["source_uri"] == row["source_uri"]})
    assert index.shards_of("document_id", row["document_id"]) == ids
    assert index.shards_of("document_id", row["document_id"][:8]) == []
    assert index.shards_of("document_id", row["document_id"][:8], prefix=True) == ids
    assert index.shards_of("source_uri", row["source_uri"]) == uris
    assert index.shards_of("source_uri", row["source_uri"][:-3]) == []
    assert index.shards_of("source_uri", "", prefix=True) == sorted({r["shard"] for r in rows})
    assert index.shards_of("url", "https://nowhere.example") == []


def test_a_long_url_is_found_by_all_of_it_and_by_any_beginning(
    tables: Tables, folder: Path
) -> None:
    shard = tables.shards("raw_documents")[0]
    url = "https://example.org/" + "é/" * 3000
    documents = tables.read("raw_documents", shard).with_columns(url=pl.lit(url))
    rewrite(tables, "raw_documents", shard, documents)
    update(tables, folder)
    index = open_index(folder)
    assert index is not None
    assert index.shards_of("url", url) == [shard]
    for length in (10, 1_999, 2_000, 4_000):
        assert index.shards_of("url", url[:length], prefix=True) == [shard]
    assert index.shards_of("url", url[:100]) == []
