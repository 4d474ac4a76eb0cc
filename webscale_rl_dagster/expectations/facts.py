"""What one shard's table must agree with: counts and ids, worked out from the tables upstream."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

import polars as pl

from webscale_rl_dagster.storage.tables import Tables

UPSTREAM: Mapping[str, str | None] = {
    "raw_documents": None,
    "filtered_documents": "raw_documents",
    "classified_documents": "filtered_documents",
    "candidate_qa": "classified_documents",
    "checked_qa": "candidate_qa",
    "verified_qa": "checked_qa",
}
"""The table whose kept rows each table has one row for; raw_documents is taken as it is."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a suite reconciles a table with."""

    expected_rows: int | None = None
    """Rows the table must have; None where nothing upstream can say."""
    upstream_keys: frozenset[str] | None = None
    """Keys of the rows upstream that go on: document ids, `pair_key`s or qa ids."""
    files: Mapping[str, str] = field(default_factory=dict)
    """sha256 of every file that was read, by table: what a verdict holds for."""


def facts_for(table: str, shard: str, tables: Tables) -> tuple[pl.DataFrame, Facts]:
    """The shard's table and what it must reconcile with; both from the very bytes hashed."""
    frame, digest = _read(tables, table, shard)
    upstream = UPSTREAM[table]
    if upstream is None:
        return frame, Facts(files={table: digest})
    above, above_digest = _read(tables, upstream, shard)
    keys = _KEYS[table](above.filter("kept"))
    return frame, Facts(
        expected_rows=len(keys),
        upstream_keys=frozenset(keys.drop_nulls()),
        files={table: digest, upstream: above_digest},
    )


def file_sha256(tables: Tables, table: str, shard: str) -> str:
    """The digest of a shard's file as it lies on storage now."""
    return sha256(_bytes(tables, table, shard)).hexdigest()


def pair_key(document_id: pl.Expr, persona: pl.Expr) -> pl.Expr:
    """One document asked as one persona: what a candidate row answers for."""
    return pl.concat_str([document_id, persona], separator="\n")


def _read(tables: Tables, table: str, shard: str) -> tuple[pl.DataFrame, str]:
    data = _bytes(tables, table, shard)
    return pl.read_parquet(io.BytesIO(data)), sha256(data).hexdigest()


def _bytes(tables: Tables, table: str, shard: str) -> bytes:
    return tables.objects.get(f"{table}/{shard}.parquet")


def _documents(kept: pl.DataFrame) -> pl.Series:
    return kept["document_id"]


def _pairs(kept: pl.DataFrame) -> pl.Series:
    """Documents without personas expect no candidate."""
    pairs = kept.filter(pl.col("personas").list.len() > 0).explode("personas")
    return pairs.select(key=pair_key(pl.col("document_id"), pl.col("personas")))["key"]


def _candidates(kept: pl.DataFrame) -> pl.Series:
    return kept["qa_id"]


_KEYS: Mapping[str, Callable[[pl.DataFrame], pl.Series]] = {
    "filtered_documents": _documents,
    "classified_documents": _documents,
    "candidate_qa": _pairs,
    "checked_qa": _candidates,
    "verified_qa": _candidates,
}
