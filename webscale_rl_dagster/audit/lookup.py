"""Rows of a Parquet file by the value of a column, reading as little of it as its footer allows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.schemas import TABLES
from webscale_rl_dagster.storage.tables import Row, Tables


@dataclass(frozen=True, slots=True)
class Where:
    """Which rows: those whose text in `column` passes `test`, and none outside the bounds does.

    A bound is also met by texts that begin with it.
    """

    column: str
    low: str
    high: str
    test: pl.Expr

    def may_be_within(self, least: str, greatest: str) -> bool:
        """Whether a row group with these extremes can hold such a row."""
        return greatest >= self.low and least[: len(self.high)] <= self.high


def among(column: str, values: Collection[str]) -> Where:
    """Rows that have one of these values, of which there is at least one."""
    return Where(column, min(values), max(values), pl.col(column).is_in(list(values)))


def starting(column: str, prefix: str) -> Where:
    """Rows whose value starts so."""
    return Where(column, prefix, prefix, pl.col(column).str.starts_with(prefix))


def found(file: BinaryIO, where: Where, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
    """The rows in stored order, a frame for each row group that has any.

    Of a row group that the statistics do not rule out `where.column` is read, and the other columns
    only if a row in it is wanted. A column that the file lacks, being of an older version, is null.

    Raises:
        StorageError: it is no Parquet file, or has no `where.column`.
    """
    try:
        parquet = pq.ParquetFile(file, pre_buffer=True)
    except pa.ArrowInvalid as error:
        raise StorageError(f"not a Parquet file: {error}") from error
    with parquet:
        names = parquet.schema_arrow.names
        if where.column not in names:
            raise StorageError(f"the file has no column {where.column}: an older version made it")
        there = [name for name in columns if name in names]
        absent = [pl.lit(None).alias(name) for name in columns if name not in names]
        for group in range(parquet.num_row_groups):
            if not _may_hold(parquet.metadata.row_group(group), where):
                continue
            hits = _read(parquet, group, [where.column]).select(where.test.alias("hit"))["hit"]
            if hits.any():
                rows = _read(parquet, group, there).filter(hits)
                yield rows.with_columns(absent).select(columns)


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


def _read(parquet: Any, group: int, columns: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(parquet.read_row_group(group, columns=list(columns)))


def _may_hold(group: Any, where: Where) -> bool:
    columns = (group.column(number) for number in range(group.num_columns))
    stored = next(column for column in columns if column.path_in_schema == where.column)
    extremes = stored.statistics
    if extremes is None or not extremes.has_min_max:
        return True
    return where.may_be_within(extremes.min, extremes.max)
