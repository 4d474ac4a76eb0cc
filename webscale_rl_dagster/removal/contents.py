"""Reads stored objects of every format as letters, in pieces of bounded size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.removal.letters import BETWEEN, letters, whole
from webscale_rl_dagster.removal.passages import SURE
from webscale_rl_dagster.storage.objects import Objects

PICTURES = ".png"
"""Not searched: they hold no text."""
TABLE, _PRESSED = ".parquet", ".zst"
_PLAIN = (".json", ".md", ".html", ".txt")
_ROWS = 500
_BYTES = 4 * 1024 * 1024


class Piece(NamedTuple):
    """A part of an object."""

    letters: bytes
    """Values parted by `BETWEEN`, or a stretch of a file, which begins with the end of the last."""
    column: str | None = None
    row: int | None = None
    """Of the first value, where each is a row's; else None."""


def format_of(key: str) -> str:
    """As the proof names it; `other` is searched as it lies, byte for byte."""
    for ending in (TABLE, ".jsonl.zst", _PRESSED, *_PLAIN, PICTURES):
        if key.endswith(ending):
            return ending.removeprefix(".")
    return "other"


def stretches(objects: Objects, key: str) -> Iterator[Piece]:
    """All of an object that is no table.

    Raises:
        StorageError: it is gone, or is not what its name says.
    """
    with objects.open(key) as file:
        if not key.endswith(_PRESSED):
            yield from _stretches(file)
            return
        reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        try:
            yield from _stretches(reader)
        except zstandard.ZstdError as error:
            raise StorageError(f"{objects.uri(key)} cannot be unpacked: {error}") from error


def batches(objects: Objects, key: str) -> Iterator[tuple[int, Any]]:
    """Record batches of a table, each with the number of its first row; StorageError if it is none.

    Row groups are read one at a time.
    """
    row = 0
    try:
        with objects.open(key) as file, pq.ParquetFile(file, pre_buffer=True) as table:
            for group in range(table.num_row_groups):
                for batch in table.iter_batches(_ROWS, row_groups=[group]):
                    yield row, batch
                    row += batch.num_rows
    except pa.ArrowException as error:
        raise StorageError(f"{objects.uri(key)} is no Parquet file: {error}") from error


def of_batch(batch: Any, row: int) -> Iterator[Piece]:
    """Every column that holds text or bytes, however deep in lists and structs."""
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        for leaf in _leaves(column):
            values = leaf.cast(pa.large_binary()).to_pylist()
            apart = (value.replace(BETWEEN, b"") if value else b"" for value in values)
            first = row if leaf is column else None
            yield Piece(letters(BETWEEN.join(apart)), name, first)


def _leaves(column: Any) -> Iterator[Any]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
        yield from _leaves(column)
    elif isinstance(kind, pa.ExtensionType):
        yield from _leaves(column.storage)
    elif pa.types.is_nested(kind):
        is_map = pa.types.is_map(kind)
        parts = [column.keys, column.items] if is_map else column.flatten()
        for part in [parts] if isinstance(parts, pa.Array) else parts:
            yield from _leaves(part)
    elif any(test(kind) for test in _TEXTS):
        yield column


_TEXTS = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
    pa.types.is_binary,
    pa.types.is_large_binary,
    pa.types.is_binary_view,
    pa.types.is_fixed_size_binary,
)


def _stretches(file: Any) -> Iterator[Piece]:
    held = before = b""
    while read := file.read(_BYTES):
        held += read
        cut = whole(held)
        now, held = before + letters(held[:cut]), held[cut:]
        yield Piece(now)
        before = now[-(SURE - 1) :]
    if held:
        yield Piece(before + letters(held))
