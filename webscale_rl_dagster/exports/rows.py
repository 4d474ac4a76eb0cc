"""Files of rows, written a batch at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import polars as pl
import pyarrow.parquet as pq


class RowFile(Protocol):
    """A file that takes rows."""

    def __call__(self, frame: pl.DataFrame) -> None: ...


@contextmanager
def row_file(path: Path) -> Iterator[RowFile]:
    """A new `.parquet` or `.jsonl` file, by its suffix; it has to be given rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        with _parquet(path) as write:
            yield write
    else:
        with path.open("xb") as file:
            yield lambda frame: frame.write_ndjson(file)


@contextmanager
def _parquet(path: Path) -> Iterator[RowFile]:
    """A row group per batch, with 64-bit offsets instead of views, which other readers lack."""
    writers: list[pq.ParquetWriter] = []

    def write(frame: pl.DataFrame) -> None:
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        if not writers:
            writers.append(pq.ParquetWriter(path, table.schema, compression="zstd"))
        writers[0].write_table(table)

    try:
        yield write
    finally:
        for writer in writers:
            writer.close()
