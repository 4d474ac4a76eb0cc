"""One Parquet file per table and shard, written and read as a stream of rows.

Memory holds a row group at most, however large the shard. Columns are checked against the contract
as rows come in.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from webscale_rl_dagster.errors import SchemaError, StorageError
from webscale_rl_dagster.schemas import TABLES, conform, frame_of
from webscale_rl_dagster.storage.objects import Objects

Row = dict[str, Any]

BATCH_ROWS = 1000
BATCH_CHARACTERS = 4 * 1024 * 1024
"""Of text in rows that are not yet in columns, where Python holds up to four bytes a character."""
GROUP_ROWS = 10 * BATCH_ROWS
GROUP_BYTES = 16 * 1024 * 1024
"""A row group ends at whichever comes first, so that one of long documents fits memory."""
HASHED_BYTES = 1024 * 1024
_OUTCOME = ("kept", "reason", "error")


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """What a write left behind, for the asset's metadata."""

    uri: str
    rows: int
    sha256: str


class TableWriter:
    """Rows of one table on their way to a local file; `Tables.writer` makes it the table."""

    written: WrittenTable
    """What was stored, once the context was left without an exception or `discard`."""

    def __init__(self, table: str, path: Path) -> None:
        self.rows = 0
        self.discarded = False
        self._table = table
        self._columns = TABLES[table].keys()
        self._rows: list[Row] = []
        self._characters = 0
        self._group: list[pl.DataFrame] = []
        self._group_rows = 0
        self._group_bytes = 0
        self._file = pq.ParquetWriter(path, _arrow(frame_of(table, [])).schema, compression="zstd")

    def add(self, row: Row) -> None:
        """A key that the row leaves out is null.

        SchemaError for a key that is no column, at once, and for a value of another type, with the
        rows around it.
        """
        if not row.keys() <= self._columns:
            unknown = sorted(row.keys() - self._columns)
            raise SchemaError(f"{self._table}: unknown columns {unknown}")
        self._rows.append(row)
        self.rows += 1
        self._characters += sum(len(value) for value in row.values() if isinstance(value, str))
        if len(self._rows) == BATCH_ROWS or self._characters >= BATCH_CHARACTERS:
            self._turn_to_columns()

    def add_frame(self, frame: pl.DataFrame) -> None:
        """Rows that are in columns already, all of the contract's; SchemaError if not."""
        self._turn_to_columns()
        self.rows += frame.height
        for part in frame.iter_slices(GROUP_ROWS):
            self._add_columns(conform(self._table, part))

    def discard(self) -> None:
        """Leave the stored table as it is, whatever was added."""
        self.discarded = True

    def finish(self) -> None:
        """Write what is held and the footer; no row may follow."""
        self._turn_to_columns()
        self._write_group()
        self.close()

    def close(self) -> None:
        """Let go of the file, which holds no table unless `finish` was called before."""
        self._file.close()

    def _turn_to_columns(self) -> None:
        if not self._rows:
            return
        frame = _columns(self._table, self._rows)
        self._rows = []
        self._characters = 0
        self._add_columns(frame)

    def _add_columns(self, frame: pl.DataFrame) -> None:
        self._group.append(frame)
        self._group_rows += frame.height
        self._group_bytes += int(frame.estimated_size())
        if self._group_rows >= GROUP_ROWS or self._group_bytes >= GROUP_BYTES:
            self._write_group()

    def _write_group(self) -> None:
        if self._group_rows:
            self._file.write_table(_arrow(pl.concat(self._group)), row_group_size=self._group_rows)
        self._group = []
        self._group_rows = self._group_bytes = 0


class StoredTable:
    """One version of a shard's table. Reading it once it was replaced raises StorageError."""

    def __init__(self, table: str, uri: str, file: BinaryIO) -> None:
        self.table = table
        self.uri = uri
        self._bytes = file
        try:
            # One request for a row group's neighbouring columns, not one for each.
            self._file = pq.ParquetFile(file, pre_buffer=True)
        except pa.ArrowInvalid as error:
            raise StorageError(f"{uri} is no Parquet file: {error}") from error

    @property
    def rows(self) -> int:
        return int(self._file.metadata.num_rows)

    @property
    def columns(self) -> list[str]:
        return list(self._file.schema_arrow.names)

    def sha256(self) -> str:
        """Of the whole file, a megabyte at a time."""
        self._bytes.seek(0)
        return sha256_of(self._bytes)

    def batches(
        self, columns: Sequence[str] | None = None, *, rows: int = BATCH_ROWS
    ) -> Iterator[pl.DataFrame]:
        """Frames of at most so many rows, in stored order; only these columns are fetched."""
        wanted = list(columns) if columns is not None else TABLES[self.table].names()
        missing = set(wanted) - set(self.columns)
        if missing:
            mend = "materialize it again"
            if self.table == "raw_documents":
                mend = "ingest the corpora into a new `storage`"
            raise SchemaError(
                f"{self.uri} has no columns {sorted(missing)}: an older version made this table "
                f"of {self.table}, {mend}"
            )
        for group in range(self._file.num_row_groups):
            for batch in self._file.iter_batches(rows, row_groups=[group], columns=wanted):
                yield pl.DataFrame(batch).select(wanted)

    def kept_batches(self, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """The rows that go on to the next stage, without their outcome unless it is asked for."""
        names = columns if columns is not None else TABLES[self.table].names()
        wanted = [name for name in names if columns is not None or name not in _OUTCOME]
        for batch in self.batches([*wanted, *({"kept"} - set(wanted))]):
            yield batch.filter("kept").select(wanted)


class Tables:
    """`<table>/<shard>.parquet` under the storage root."""

    def __init__(self, objects: Objects) -> None:
        self.objects = objects

    @contextmanager
    def writer(self, table: str, shard: str) -> Iterator[TableWriter]:
        """Rows go to a temporary local file, which becomes the table, whole, on a clean exit.

        An exception leaves what was stored before, and so does `TableWriter.discard`.
        """
        key = _key(table, shard)
        with tempfile.TemporaryDirectory(prefix="webscale-rl-table-") as folder:
            path = Path(folder) / "table.parquet"
            writer = TableWriter(table, path)
            try:
                yield writer
                if writer.discarded:
                    return
                writer.finish()
            finally:
                writer.close()
            with path.open("rb") as file:
                digest = sha256_of(file)
            self.objects.put_file(key, path)
            writer.written = WrittenTable(self.objects.uri(key), writer.rows, digest)

    def open(self, table: str, shard: str) -> StoredTable:
        """The table as it lies on storage now; StorageError if it does not."""
        key = _key(table, shard)
        return StoredTable(table, self.objects.uri(key), self.objects.open(key))

    def rows(
        self, table: str, shard: str, *, columns: Sequence[str] | None = None
    ) -> Iterator[Row]:
        """In stored order, in constant memory."""
        return _rows(self.open(table, shard).batches(columns))

    def kept_rows(
        self, table: str, shard: str, *, columns: Sequence[str] | None = None
    ) -> Iterator[Row]:
        """The rows that go on to the next stage, without their outcome, in constant memory."""
        return _rows(self.open(table, shard).kept_batches(columns))

    def height(self, table: str, shard: str, *, kept: bool = False) -> int:
        """How many rows, or how many kept rows, from the footer or one column."""
        stored = self.open(table, shard)
        if not kept:
            return stored.rows
        return sum(int(batch["kept"].sum()) for batch in stored.batches(["kept"]))

    def write(self, table: str, shard: str, frame: pl.DataFrame) -> WrittenTable:
        with self.writer(table, shard) as writer:
            writer.add_frame(frame)
        return writer.written

    def read(self, table: str, shard: str, *, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The whole table in memory."""
        stored = self.open(table, shard)
        names = list(columns) if columns is not None else TABLES[table].names()
        empty = frame_of(table, []).select(names)
        return pl.concat([empty, *stored.batches(names, rows=GROUP_ROWS)])

    def written(self, table: str, shard: str) -> WrittenTable:
        """What lies on storage now, as if it had just been written."""
        stored = self.open(table, shard)
        return WrittenTable(stored.uri, stored.rows, stored.sha256())

    def kept(self, table: str, shard: str) -> pl.DataFrame:
        """The rows that go on to the next stage, in memory."""
        return self.read(table, shard).filter("kept").drop(_OUTCOME)

    def has(self, table: str, shard: str) -> bool:
        return self.objects.exists(_key(table, shard))

    def version(self, table: str, shard: str) -> str | None:
        """A token that changes whenever the table does; None if there is no such table."""
        return self.objects.version(_key(table, shard))

    def shards(self, table: str) -> list[str]:
        names = self.objects.list(table)
        return [
            name.removeprefix(f"{table}/").removesuffix(".parquet")
            for name in names
            if name.endswith(".parquet")
        ]

    def uri(self, table: str, shard: str) -> str:
        return self.objects.uri(_key(table, shard))


def _rows(batches: Iterable[pl.DataFrame]) -> Iterator[Row]:
    for batch in batches:
        yield from batch.iter_rows(named=True)


def _columns(table: str, rows: Sequence[Row]) -> pl.DataFrame:
    columns = []
    for name, dtype in TABLES[table].items():
        values = [row.get(name) for row in rows]
        try:
            columns.append(pl.Series(name, values, dtype))
        except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
            raise SchemaError(f"{table}: a value of {name} is no {dtype}: {error}") from error
    return pl.DataFrame(columns)


def _arrow(frame: pl.DataFrame) -> Any:
    """With 64-bit offsets instead of views, which Parquet writers of other tools lack."""
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def sha256_of(file: BinaryIO) -> str:
    """Of what follows in it, a megabyte at a time."""
    digest = sha256()
    while piece := file.read(HASHED_BYTES):
        digest.update(piece)
    return digest.hexdigest()


def _key(table: str, shard: str) -> str:
    if table not in TABLES:
        raise KeyError(table)
    return f"{table}/{shard}.parquet"
