"""Finds the corpus files under a path: each is hashed, cut into shards and marked on its own."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from webscale_rl_dagster.corpora.folders import SUFFIXES, Format, format_of, walk
from webscale_rl_dagster.corpora.jsonl import read_jsonl
from webscale_rl_dagster.corpora.parquet import read_parquet
from webscale_rl_dagster.corpora.records import Document, Meter, ReadOptions, Rejected, uri_of
from webscale_rl_dagster.corpora.text import read_text
from webscale_rl_dagster.errors import IngestError
from webscale_rl_dagster.identity import sha256_json


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
        with _reading(self.path):
            return sum(path.stat().st_size for path in self.files())

    def sha256(self) -> str:
        """Of the bytes as they lie there; of a folder, over its sorted names and hashes."""
        with _reading(self.path):
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
        with _reading(self.path):
            for path in self.files():
                stat = path.stat()
                entry = [uri_of(path), stat.st_size, stat.st_mtime_ns]
                digest.update(sha256_json(entry).encode())
        return digest.hexdigest()

    def read(self, meter: Meter, options: ReadOptions) -> Iterator[Document | Rejected]:
        """A disk that fails is an IngestError: it must not pass for a file that ends early."""
        with _reading(self.path):
            if self.format == "text":
                yield from read_text(self.files(), meter, options)
            elif self.format == "jsonl":
                yield from read_jsonl(self.path, meter, options)
            else:
                yield from read_parquet(self.path, meter, options)


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
    with _reading(path):
        if not path.exists():
            raise IngestError(f"{path}: no such file or folder")
        return _in_folder(path, format) if path.is_dir() else [_single(path, format)]


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


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise IngestError(
            f"{error.filename or path} cannot be read: {error.strerror or error}"
        ) from error


def _file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
