"""An index: hashes of a benchmark, none of its text. One zip file of three parts.

benchmark.json    name, files with their sha256, fields, counts
entries.parquet   a question, its options or its answer: where it is from, its words, its weight
ngrams.parquet    the hash of each run of eight words, sorted, and the entry it is of
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from types import TracebackType
from typing import Any, BinaryIO, Self, cast

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from webscale_rl_dagster.errors import BenchmarkError

GRAM = 8
"""Words to an n-gram; runs of more are told by n-grams that follow one another."""

SHORTEST = 5
"""Words of the shortest question that is found within a text."""

FORMAT = 1
_HASHED = 1 << 20
PARTS = ("question", "options", "answer")

ENTRY_COLUMNS = pa.schema(
    {
        "source": pa.uint16(),
        "row": pa.uint32(),
        "part": pa.uint8(),
        "words": pa.uint32(),
        "weight": pa.float32(),
        "whole": pa.uint64(),
    }
)
"""`weight` is what all its n-grams come to, an n-gram counting 1 / entries that have it, or 0 for
an entry that says too little to be evidence; `whole` is the hash of a text too short for n-grams.
"""
GRAM_COLUMNS = pa.schema({"hash": pa.uint64(), "entry": pa.uint32()})


@dataclass(frozen=True, slots=True)
class IndexedFile:
    """A file of a benchmark, as it was when the index was made."""

    benchmark: str
    file: str
    split: str
    sha256: str
    items: int


def owners(files: Sequence[IndexedFile]) -> npt.NDArray[np.int64]:
    """For each file, the number of its benchmark; n-grams are counted within a benchmark."""
    names = list(dict.fromkeys(file.benchmark for file in files))
    return np.array([names.index(file.benchmark) for file in files], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Summary:
    """What an index says of itself."""

    name: str
    files: tuple[IndexedFile, ...]
    items: int
    repeated: int
    """Items whose question and options an earlier item has, word for word."""
    unseen: int
    """Items of which nothing can be found: too short, or said by many items alike."""
    entries: int
    ngrams: int

    def to_json(self) -> bytes:
        return orjson.dumps({"format": FORMAT, **asdict(self)}, option=orjson.OPT_INDENT_2)

    @classmethod
    def from_json(cls, data: bytes) -> Summary:
        raw = orjson.loads(data)
        if raw.pop("format") != FORMAT:
            raise BenchmarkError("made by another version; add the benchmark again")
        raw["files"] = tuple(IndexedFile(**one) for one in raw["files"])
        return cls(**raw)


class IndexFile:
    """Reads an index out of a seekable file, a part at a time; closing it closes the file."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        try:
            self._zip = zipfile.ZipFile(file)
            self.summary = Summary.from_json(self._zip.read("benchmark.json"))
        except (zipfile.BadZipFile, KeyError, TypeError, orjson.JSONDecodeError) as error:
            file.close()
            raise BenchmarkError(f"{name} is no benchmark index: {error}") from error
        except BenchmarkError as error:
            file.close()
            raise BenchmarkError(f"{name} cannot be used: {error}") from None

    def entries(self) -> dict[str, npt.NDArray[Any]]:
        with self._parquet("entries.parquet") as parquet:
            table = parquet.read()
        return {name: _numbers(table[name].combine_chunks()) for name in table.column_names}

    def sha256(self) -> str:
        """Of the whole file."""
        digest = sha256()
        self._file.seek(0)
        while piece := self._file.read(_HASHED):
            digest.update(piece)
        return digest.hexdigest()

    def close(self) -> None:
        self._zip.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def copy_grams(self, hashes: BinaryIO, entries: BinaryIO) -> None:
        """Write both columns as bare numbers, a row group at a time."""
        with self._parquet("ngrams.parquet") as parquet:
            for batch in parquet.iter_batches(batch_size=1 << 18):
                hashes.write(_numbers(batch["hash"]).tobytes())
                entries.write(_numbers(batch["entry"]).tobytes())

    @contextmanager
    def _parquet(self, part: str) -> Iterator[pq.ParquetFile]:
        try:
            with self._zip.open(part) as file:
                yield pq.ParquetFile(pa.PythonFile(cast(BinaryIO, file), mode="r"))
        except (zipfile.BadZipFile, zlib.error, KeyError, pa.ArrowException, OSError) as error:
            raise BenchmarkError(
                f"{part} of {self._name} cannot be read: {error}. If storage is not at fault, add "
                "the benchmark again"
            ) from error


def _numbers(column: pa.Array) -> npt.NDArray[Any]:
    """Neither `to_numpy` nor `read_table`: both import pandas, a second of CPU."""
    return np.from_dlpack(column)
