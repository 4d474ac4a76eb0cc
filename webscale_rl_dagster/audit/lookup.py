"""Rows of a Parquet file by the value of a column, reading as little of it as its footer allows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.schemas import TABLES
from webscale_rl_dagster.storage.tables import Row, Tables

GREATEST = "\U0010ffff"


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


def storable(text: str) -> str:
    """With lone surrogates, which no file has, spelled out: a command line may hold some."""
    return text.encode("utf-8", "backslashreplace").decode()


def among(column: str, values: Collection[str]) -> Where:
    """Rows that have one of these values, of which there is at least one."""
    known = [storable(value) for value in values]
    return Where(column, min(known), max(known), pl.col(column).is_in(known))


def starting(column: str, prefix: str) -> Where:
    """Rows whose value starts so."""
    prefix = storable(prefix)
    return Where(column, prefix, prefix, pl.col(column).str.starts_with(prefix))


@contextmanager
def parquet_in(file: BinaryIO) -> Iterator[Any]:
    """The Parquet file that these bytes are, open.

    Raises:
        StorageError: they are none.
    """
    try:
        parquet = pq.ParquetFile(file, pre_buffer=True)
    except pa.ArrowInvalid as error:
        raise StorageError(f"not a Parquet file: {error}") from error
    with parquet:
        yield parquet


def found(file: BinaryIO, where: Where, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
    """The rows in stored order, a frame for each row group that has any.

    Of a row group that the statistics do not rule out `where.column` is read, and the other columns
    only if a row in it is wanted. A column that the file lacks, being of an older version, is null.

    Raises:
        StorageError: it is no Parquet file, or has no `where.column`.
    """
    with parquet_in(file) as parquet:
        yield from found_in(parquet, where, columns)


def found_in(parquet: Any, where: Where, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
    """Likewise, of an open file."""
    names = parquet.schema_arrow.names
    if where.column not in names:
        raise StorageError(f"the file has no column {where.column}: an older version made it")
    there = [name for name in columns if name in names]
    absent = [pl.lit(None).alias(name) for name in columns if name not in names]
    for group in range(parquet.num_row_groups):
        least, greatest = extremes(parquet.metadata.row_group(group), where.column)
        if not where.may_be_within(least, greatest):
            continue
        tested = group_of(parquet, group, [where.column])
        hits = pl.DataFrame(tested).select(where.test.arg_true()).to_series()
        if hits.len():
            first, last = hits[0], hits[-1]
            between = group_of(parquet, group, there).slice(first, last - first + 1)
            yield pl.DataFrame(between)[hits - first].with_columns(absent).select(columns)


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


def group_of(parquet: Any, group: int, columns: Sequence[str]) -> pa.Table:
    """Columns of a row group, read on this thread: that is sooner than waking others."""
    return parquet.read_row_group(group, columns=list(columns), use_threads=False)


def extremes(group: Any, column: str) -> tuple[str, str]:
    """The least and the greatest text in a row group's column, or what is beyond all texts."""
    columns = (group.column(number) for number in range(group.num_columns))
    stored = next(one for one in columns if one.path_in_schema == column)
    known = stored.statistics
    if known is None or not known.has_min_max:
        return "", GREATEST
    return known.min, known.max
