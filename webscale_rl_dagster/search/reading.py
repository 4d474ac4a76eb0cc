"""The tables of a shard as they are at one moment, of whatever version they are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import polars as pl

from webscale_rl_dagster.lineage.state import Digests
from webscale_rl_dagster.schemas import TABLES
from webscale_rl_dagster.storage.tables import GROUP_ROWS, StoredTable, Tables


class ShardTables(Digests):
    """One version of each of a shard's tables: what is read of it is what its digest is of.

    So rows that were read here are published if the gates are open for these digests, whatever is
    written meanwhile.
    """

    def __init__(self, tables: Tables, shard: str, there: Collection[str]) -> None:
        super().__init__(tables)
        self.shard = shard
        self._stored = {table: tables.open(table, shard) for table in there}
        self._digests: dict[str, str] = {}

    def has(self, table: str) -> bool:
        return table in self._stored

    def frame(self, table: str, columns: Sequence[str]) -> pl.DataFrame:
        """All rows, in stored order; none if there is no such table."""
        some = list(frames(self._stored[table], columns)) if table in self._stored else []
        return pl.concat(some or [pl.DataFrame(schema={c: TABLES[table][c] for c in columns})])

    def of(self, table: str, shard: str) -> str:
        """sha256 of the version that is read here."""
        if shard != self.shard or table not in self._stored:
            return super().of(table, shard)
        if table not in self._digests:
            self._digests[table] = self._stored[table].sha256()
        return self._digests[table]


def frames(stored: StoredTable, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
    """In stored order; a column that an older version did not write is null."""
    schema = TABLES[stored.table]
    there = [name for name in columns if name in stored.columns]
    absent = [pl.lit(None, schema[name]).alias(name) for name in columns if name not in there]
    for batch in stored.batches(there, rows=GROUP_ROWS):
        yield batch.with_columns(absent).select(columns)
