"""What one shard's table must agree with: counts and keys, worked out from the table upstream."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from webscale_rl_dagster.storage.tables import StoredTable, Tables

UPSTREAM: Mapping[str, str | None] = {
    "raw_documents": None,
    "filtered_documents": "raw_documents",
    "classified_documents": "filtered_documents",
    "candidate_qa": "classified_documents",
    "checked_qa": "candidate_qa",
    "verified_qa": "checked_qa",
}
"""The table whose kept rows each table answers for; raw_documents is taken as it is."""

Batches = Callable[[Sequence[str] | None], Iterable[pl.DataFrame]]
"""A table from its first row to its last, in frames of bounded size: these columns or all."""

WINDOW = ("document_id", "window", "window_start", "window_end")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a suite reconciles a table with."""

    upstream: pl.DataFrame | None = None
    """`key` of every row upstream that goes on, a document, window, pair to ask or pair; for
    filtered_documents also the document's length in `characters`. None if nothing is upstream."""
    files: Mapping[str, str] = field(default_factory=dict)
    """sha256 of every file that was read, by table: what a verdict holds for."""

    @property
    def expected_rows(self) -> int | None:
        """How many rows upstream sends on; None where nothing upstream can say."""
        return None if self.upstream is None else self.upstream.height


def facts_for(table: str, shard: str, tables: Tables) -> tuple[Batches, Facts]:
    """The shard's table and what it must reconcile with, both of the very bytes hashed.

    Reading on in the table once it was replaced raises StorageError.
    """
    stored = tables.open(table, shard)
    files = {table: stored.sha256()}
    above = UPSTREAM[table]
    if above is None:
        return stored.batches, Facts(files=files)
    upstream = tables.open(above, shard)
    files[above] = upstream.sha256()
    return stored.batches, Facts(_SENT_ON[table](upstream), files)


def key(*columns: str) -> pl.Expr:
    """64 bits that stand for these values together; null if one of them is.

    Of a million keys two agree by chance once in 37 million shards, and the gate is shut then.
    """
    together = pl.concat_str(columns, separator="\n")
    return pl.when(together.is_not_null()).then(together.hash())


def _documents(above: StoredTable) -> pl.DataFrame:
    texts = above.kept_batches(["document_id", "text"])
    characters = pl.col("text").str.len_chars().cast(pl.Int64)
    return _concat(
        {"key": pl.UInt64(), "characters": pl.Int64()},
        *(batch.select(key=key("document_id"), characters=characters) for batch in texts),
    )


def _windows(above: StoredTable) -> pl.DataFrame:
    return _keys(*(batch.select(key=key(*WINDOW)) for batch in above.kept_batches(WINDOW)))


def _pairs_to_ask(above: StoredTable) -> pl.DataFrame:
    """Windows without personas expect no candidate."""
    windows = above.kept_batches([*WINDOW, "personas"])
    asked = (batch.filter(pl.col("personas").list.len() > 0) for batch in windows)
    return _keys(*(some.explode("personas").select(key=key(*WINDOW, "personas")) for some in asked))


def _pairs(above: StoredTable) -> pl.DataFrame:
    return _keys(*(batch.select(key=key("qa_id")) for batch in above.kept_batches(["qa_id"])))


def _keys(*frames: pl.DataFrame) -> pl.DataFrame:
    return _concat({"key": pl.UInt64()}, *frames)


def _concat(schema: Mapping[str, pl.DataType], *frames: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=dict(schema)), *frames])


_SENT_ON: Mapping[str, Callable[[StoredTable], pl.DataFrame]] = {
    "filtered_documents": _documents,
    "classified_documents": _windows,
    "candidate_qa": _pairs_to_ask,
    "checked_qa": _pairs,
    "verified_qa": _pairs,
}
