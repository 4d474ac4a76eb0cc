"""Which shards a look-up of documents has to read, by the search index.

The index may be older than the storage: a shard that has changed since is always among them. So a
look-up finds what it would find by reading everything.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from webscale_rl_dagster.search.updating import stale_documents
from webscale_rl_dagster.storage.tables import Tables

if TYPE_CHECKING:
    from webscale_rl_dagster.search.index import Index

Column = Literal["document_id", "url", "source_uri"]


def narrowing_by(tables: Tables, folder: Path) -> Narrowing | None:
    """None if there is no index in the folder."""
    from webscale_rl_dagster.search.index import open_index

    stale = stale_documents(tables, folder)
    index = open_index(folder)
    return None if index is None else Narrowing(tables, index, stale)


class Narrowing:
    """For one look-up; what is `stale` was found before the index was opened."""

    def __init__(self, tables: Tables, index: Index, stale: Sequence[str]) -> None:
        self._tables = tables
        self._index = index
        self._stale = frozenset(stale)

    def shards(
        self, column: Column, values: Sequence[str], *, prefix: bool = False
    ) -> tuple[str, ...]:
        """Those that may hold rows with one of these values, or beginnings, in their order."""
        known = {shard for value in values for shard in self._known(column, value, prefix=prefix)}
        there = {shard for shard in known if self._tables.has("raw_documents", shard)}
        return tuple(sorted(there | self._stale))

    def longest(self, column: Column, wanted: str, *, least: int) -> tuple[int, tuple[str, ...]]:
        """How long a beginning the index knows in common with `wanted`, and where those values are.

        The shards that may hold longer ones, being stale, come first. Of beginnings shorter than
        `least` none is asked for.
        """
        lengths = range(least, len(wanted) + 1)
        absent = bisect_left(
            lengths,
            True,
            key=lambda length: not self._known(column, wanted[:length], prefix=True),
        )
        length = lengths[absent - 1] if absent else 0
        shards = self.shards(column, [wanted[:length]] if length else [], prefix=True)
        return length, tuple(sorted(shards, key=self._is_current))

    def _is_current(self, shard: str) -> bool:
        return shard not in self._stale

    def _known(self, column: Column, value: str, *, prefix: bool) -> set[str]:
        """By the index, of shards that have not changed since."""
        return set(self._index.shards_of(column, value, prefix=prefix)) - self._stale
