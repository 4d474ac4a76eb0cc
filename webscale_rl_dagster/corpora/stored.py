"""The documents of stored shards, of which several are fetched while one is taken in.

From S3 a shard takes some five requests, one after another; to take in its rows, a tenth of that
time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import polars as pl

from webscale_rl_dagster.corpora.removed import REMOVED
from webscale_rl_dagster.deduplication.documents import is_current, signature_of
from webscale_rl_dagster.storage.tables import GROUP_ROWS, StoredTable, Tables

AT_ONCE = 8
_TABLE = "raw_documents"
_COUNTS = pl.col("kept") | (pl.col("reason") == REMOVED).fill_null(False)


class StoredDocument(NamedTuple):
    """A document that is kept or was removed."""

    document_id: str
    removed: bool
    minhash: bytes | None
    """None of a removed document that had none, and where near duplicates are not looked for."""


def stored_documents(
    tables: Tables, keys: Sequence[str], *, near: bool
) -> Iterator[tuple[str, Iterator[StoredDocument]]]:
    """Each shard with its documents, in the order of the keys.

    Memory holds a row group of each of `AT_ONCE` shards at most: a larger shard is read as its
    documents are asked for.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        coming: deque[Future[_Shard]] = deque()
        for key in keys:
            coming.append(pool.submit(_Shard, tables, key, near))
            if len(coming) == AT_ONCE:
                yield _told(coming.popleft())
        while coming:
            yield _told(coming.popleft())


def _told(coming: Future[_Shard]) -> tuple[str, Iterator[StoredDocument]]:
    shard = coming.result()
    return shard.key, shard.documents()


class _Shard:
    """Fetched as it is made, if it is of the usual size."""

    def __init__(self, tables: Tables, key: str, near: bool) -> None:
        self.key = key
        self._near = near
        self._table: StoredTable = tables.open(_TABLE, key)
        small = self._table.rows <= GROUP_ROWS
        self._fetched = list(self._frames()) if small else None

    def documents(self) -> Iterator[StoredDocument]:
        """A signature that is missing or of another scheme is made of the text."""
        stale = 0
        frames: Iterable[pl.DataFrame] = self._frames() if self._fetched is None else self._fetched
        for frame in frames:
            for row in frame.iter_rows(named=True):
                current = is_current(row.get("minhash"))
                stale += row["kept"] and not current
                minhash = row["minhash"] if current else None
                yield StoredDocument(row["document_id"], not row["kept"], minhash)
        if not self._near or not stale:
            return
        for batch in self._table.kept_batches(["document_id", "text"]):
            for document_id, text in batch.iter_rows():
                yield StoredDocument(document_id, False, signature_of(text))

    def _frames(self) -> Iterator[pl.DataFrame]:
        names = ["document_id", "kept", "reason", *(["minhash"] if self._near else [])]
        return (batch.filter(_COUNTS) for batch in self._table.batches(names))
