"""A Parquet file on storage, as look-ups read it: a small one whole, of a large one what they need.

A shard's file is small as a rule. Then one request and one pass over all its rows take less time
than to find out, column by column, which of them are needed.
"""

from __future__ import annotations

import io
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, BinaryIO, Protocol

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from webscale_rl_dagster.audit.where import Where
from webscale_rl_dagster.errors import StorageError

GREATEST = "\U0010ffff"

SMALL_BYTES = 4 * 1024 * 1024
"""Up to here a file is read whole: some tens of megabytes in memory."""


class StoredTable(Protocol):
    """Columns that the file lacks, being of an older version, are null."""

    def batches(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """These columns of all rows, a row group at a time or more."""

    def found(self, where: Where, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """The rows in stored order, in frames that are not empty.

        Raises:
            StorageError: the file has no `where.column`.
        """


@contextmanager
def stored(file: BinaryIO, columns: Collection[str]) -> Iterator[StoredTable]:
    """The table in these bytes, of which no other columns will be asked for.

    Raises:
        StorageError: it is no Parquet file.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if size <= SMALL_BYTES:
        yield _Small(file.read(size), columns)
        return
    with parquet_in(file) as parquet:
        yield _Large(parquet)


@contextmanager
def parquet_in(file: BinaryIO) -> Iterator[Any]:
    """Likewise, for its footer and its row groups."""
    with _named():
        parquet = pq.ParquetFile(file, pre_buffer=True)
    with parquet:
        yield parquet


def extremes(group: Any, column: str) -> tuple[str, str]:
    """The least and the greatest text in a row group's column, or what is beyond all texts."""
    columns = (group.column(number) for number in range(group.num_columns))
    known = next(one for one in columns if one.path_in_schema == column).statistics
    if known is None or not known.has_min_max:
        return "", GREATEST
    return known.min, known.max


class _Small:
    """Decoded once, unless the footer rules it out."""

    def __init__(self, data: bytes, columns: Collection[str]) -> None:
        with _named():
            self._footer = pq.read_metadata(io.BytesIO(data))
        self._data = data
        self._names = [
            name for name in self._footer.schema.to_arrow_schema().names if name in columns
        ]

    @cached_property
    def _rows(self) -> pl.DataFrame:
        """Read on this thread: that is sooner than waking others."""
        with _named():
            return pl.read_parquet(io.BytesIO(self._data), columns=self._names, parallel="none")

    def batches(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        yield _with(self._rows, columns)

    def found(self, where: Where, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        if any(True for _ in _groups(self._footer, self._names, where)):
            hits = self._rows.filter(where.test)
            if hits.height:
                yield _with(hits, columns)


class _Large:
    """By the footer's statistics, then by the column asked for, and the rest where a row is hit."""

    def __init__(self, parquet: Any) -> None:
        self._parquet = parquet
        self._names = parquet.schema_arrow.names

    def batches(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        for group in range(self._parquet.num_row_groups):
            yield _with(pl.DataFrame(self._read(group, columns)), columns)

    def found(self, where: Where, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        for group in _groups(self._parquet.metadata, self._names, where):
            tested = self._read(group, [where.column])
            hits = pl.DataFrame(tested).select(where.test.arg_true()).to_series()
            if hits.len():
                first, last = hits[0], hits[-1]
                between = self._read(group, columns).slice(first, last - first + 1)
                yield _with(pl.DataFrame(between)[hits - first], columns)

    def _read(self, group: int, columns: Sequence[str]) -> pa.Table:
        there = [name for name in columns if name in self._names]
        return self._parquet.read_row_group(group, columns=there, use_threads=False)


def _groups(footer: Any, names: Collection[str], where: Where) -> Iterator[int]:
    """The row groups that the statistics do not rule out."""
    if where.column not in names:
        raise StorageError(f"the file has no column {where.column}: an older version made it")
    for group in range(footer.num_row_groups):
        if where.may_be_within(*extremes(footer.row_group(group), where.column)):
            yield group


def _with(rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    absent = [pl.lit(None).alias(name) for name in columns if name not in rows.columns]
    return (rows.with_columns(absent) if absent else rows).select(columns)


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except (pa.ArrowInvalid, pl.exceptions.PolarsError) as error:
        raise StorageError(f"not a Parquet file: {error}") from error
