"""Finds the corpus files under a path: each is hashed, cut into shards and marked on its own."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from webscale_rl_dagster.corpora.jsonl import read_jsonl
from webscale_rl_dagster.corpora.parquet import read_parquet
from webscale_rl_dagster.corpora.records import Document, Meter, ReadOptions, Rejected, uri_of
from webscale_rl_dagster.corpora.text import read_text
from webscale_rl_dagster.errors import IngestError
from webscale_rl_dagster.identity import sha256_json

Format = Literal["jsonl", "parquet", "text"]

SUFFIXES: dict[str, Format] = {
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
    ".jsonl.zst": "jsonl",
    ".parquet": "parquet",
    ".txt": "text",
}
"""What format `auto` goes by."""

ALSO_JSONL = (".json", ".json.gz", ".json.zst", ".ndjson", ".ndjson.gz", ".ndjson.zst")
"""Names that format `jsonl` takes from a folder too: C4 and Dolma are published as .json.gz."""


@dataclass(frozen=True, slots=True)
class Source:
    """A corpus file; or a folder of text files, which counts as one."""

    path: Path
    format: Format

    def files(self) -> Iterator[Path]:
        if self.path.is_dir():
            return (path for path in walk(self.path) if format_of(path) == "text")
        return iter([self.path])

    def size(self) -> int:
        return sum(path.stat().st_size for path in self.files())

    def sha256(self) -> str:
        """Of the bytes as they lie there; of a folder, over its sorted names and hashes."""
        if not self.path.is_dir():
            return _file_sha256(self.path)
        digest = hashlib.sha256()
        for path in self.files():
            entry = [path.relative_to(self.path).as_posix(), _file_sha256(path)]
            digest.update(sha256_json(entry).encode())
        return digest.hexdigest()

    def fingerprint(self) -> str:
        """Changes when a file is touched: a cheap proof that hash and documents belong together."""
        digest = hashlib.sha256()
        for path in self.files():
            stat = path.stat()
            digest.update(sha256_json([uri_of(path), stat.st_size, stat.st_mtime_ns]).encode())
        return digest.hexdigest()

    def read(self, meter: Meter, options: ReadOptions) -> Iterator[Document | Rejected]:
        if self.format == "text":
            return read_text(self.files(), meter, options)
        reader = read_jsonl if self.format == "jsonl" else read_parquet
        return reader(self.path, meter, options)


def find_sources(path: Path, format: str) -> list[Source]:
    """The files to ingest, sorted; IngestError says what to do where there is none.

    `auto` goes by suffix. A named format takes a single file whatever its name, and of a folder
    the files of that format. Of a folder, hidden names and other suffixes are passed over, and
    links are followed to files but not to folders.
    """
    if format not in ("auto", "jsonl", "parquet", "text"):
        raise IngestError(f"unknown format {format!r}: it is auto, jsonl, parquet or text")
    if "://" in str(path) or str(path).startswith("s3:/"):
        raise IngestError(f"{path}: only local paths can be read; copy the files to a folder first")
    path = Path(os.path.abspath(path))
    if not path.exists():
        raise IngestError(f"{path}: no such file or folder")
    return _in_folder(path, format) if path.is_dir() else [_single(path, format)]


def format_of(path: Path, *, wide: bool = False) -> Format | None:
    name = path.name.lower()
    if wide and name.endswith(ALSO_JSONL):
        return "jsonl"
    return next((format for suffix, format in SUFFIXES.items() if name.endswith(suffix)), None)


def walk(folder: Path) -> Iterator[Path]:
    """Every file below that is not hidden, in the order of the names, folder by folder."""
    with os.scandir(folder) as entries:
        ordered = sorted(entries, key=lambda entry: os.fsencode(entry.name))
    for entry in ordered:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from walk(folder / entry.name)
        elif entry.is_file():
            yield folder / entry.name


def _single(path: Path, format: str) -> Source:
    if not path.is_file():
        raise IngestError(f"{path}: neither a file nor a folder")
    chosen = _named(format) or format_of(path)
    if chosen is None:
        known = ", ".join(SUFFIXES)
        raise IngestError(f"{path}: unknown suffix; known are {known}. Else name the format")
    return Source(path, chosen)


def _in_folder(folder: Path, format: str) -> list[Source]:
    wanted = _named(format)
    found: list[Source] = []
    has_text = False
    for path in walk(folder):
        kind = format_of(path, wide=wanted == "jsonl")
        if kind == "text":
            has_text = True
        elif kind is not None and wanted in (None, kind):
            found.append(Source(path, kind))
    if has_text and wanted is None and found:
        raise IngestError(
            f"{folder} holds both {found[0].path.suffix} and .txt files: name the format to ingest"
        )
    if has_text and wanted in (None, "text"):
        return [Source(folder, "text")]
    if not found:
        expected = "a file to read" if wanted is None else f"a {wanted} file"
        raise IngestError(f"{folder} does not hold {expected}; known are {', '.join(SUFFIXES)}")
    return found


def _named(format: str) -> Format | None:
    return next((known for known in SUFFIXES.values() if known == format), None)


def _file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
