"""Rows of the tables by the value of a column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

import polars as pl

from webscale_rl_dagster.audit.stored import stored
from webscale_rl_dagster.audit.where import Where
from webscale_rl_dagster.schemas import TABLES
from webscale_rl_dagster.storage.tables import Row, Tables


def found(file: BinaryIO, where: Where, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
    """The rows of a Parquet file in stored order, in frames of a row group or a small file.

    A column that the file lacks, being of an older version, is null.

    Raises:
        StorageError: it is no Parquet file, or has no `where.column`.
    """
    with stored(file, {where.column, *columns}) as table:
        yield from table.found(where, columns)


def rows_of(
    tables: Tables, table: str, shard: str, where: Where, columns: Sequence[str] | None = None
) -> Iterator[Row]:
    """Rows of a shard's table, all columns unless some are named; none if it is not made."""
    if not tables.has(table, shard):
        return
    wanted = TABLES[table].names() if columns is None else columns
    with tables.objects.open(f"{table}/{shard}.parquet") as file:
        for frame in found(file, where, wanted):
            yield from frame.iter_rows(named=True)
