"""Finds the corpus files under a path: each is hashed, cut into shards and marked on its own."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from webscale_rl_dagster.addresses import is_address
from webscale_rl_dagster.corpora.folders import ONE_BY_FOLDER, SUFFIXES, Format, format_of, walk
from webscale_rl_dagster.corpora.html import read_html
from webscale_rl_dagster.corpora.huggingface import card_of, matching
from webscale_rl_dagster.corpora.jsonl import read_jsonl
from webscale_rl_dagster.corpora.parquet import read_parquet
from webscale_rl_dagster.corpora.records import Document, Meter, ReadOptions, Rejected, uri_of
from webscale_rl_dagster.corpora.refused import (
    nothing_to_read,
    refuse_choice,
    several_formats,
    unknown_suffix,
)
from webscale_rl_dagster.corpora.text import read_text
from webscale_rl_dagster.errors import IngestError, SourceUnreadable
from webscale_rl_dagster.identity import sha256_json


@dataclass(frozen=True, slots=True)
class Source:
    """A corpus file; or a folder of text files or HTML pages, which counts as one."""

    path: Path
    format: Format
    origin: str | None = None
    """Where the file was fetched from; None: it lies there itself."""
    licence: str | None = None
    """Of the dataset it is part of, for want of any other."""
    patterns: tuple[str, ...] | None = None
    """Which of a folder's files count; None: all of its format."""

    @property
    def uri(self) -> str:
        return self.origin or uri_of(self.path)

    @property
    def version(self) -> None:
        """Nothing short of its content tells the version of a local file."""

    def opened(self) -> AbstractContextManager[Source]:
        """Itself, as it is there to be read."""
        return nullcontext(self)

    def files(self) -> Iterator[Path]:
        if self.path.is_dir():
            files = matching(self.path, walk(self.path), self.patterns)
            return (path for path in files if format_of(path) == self.format)
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
        """A disk that fails is a SourceUnreadable: it must not pass for a file that ends early."""
        options = replace(options, licence=options.licence or self.licence)
        items = self._read(meter, options)
        if self.origin is None:
            return items
        return (replace(item, source_uri=self.uri) for item in items)

    def _read(self, meter: Meter, options: ReadOptions) -> Iterator[Document | Rejected]:
        with _reading(self.path):
            if self.format == "text":
                yield from read_text(self.files(), meter, options)
            elif self.format == "jsonl":
                yield from read_jsonl(self.path, meter, options)
            elif self.format == "html":
                yield from read_html(self.files(), meter, options)
            elif self.format == "warc":
                from webscale_rl_dagster.corpora.warc import read_warc

                yield from read_warc(self.path, meter, options)
            else:
                yield from read_parquet(self.path, meter, options)


def find_sources(
    path: Path, format: str, *, subset: str | None = None, split: str | None = None
) -> list[Source]:
    """The files to ingest, sorted; IngestError says what to do where there is none.

    `auto` goes by suffix. A named format takes a single file whatever its name, and of a folder
    the files of that format. Of a folder, names that begin with `.` or `_` and other suffixes are
    passed over, and links are followed to files but not to folders. A folder with a dataset card is
    read as the card says, and only it has a `subset` and a `split`.
    """
    wanted = named_format(format)
    if is_address(str(path)):
        raise IngestError(f"{path}: only local paths and s3://bucket/prefix can be read")
    path = Path(os.path.abspath(path))
    with _reading(path):
        if not path.exists():
            raise IngestError(f"{path}: no such file or folder")
        if path.is_dir():
            return _in_folder(path, wanted, subset, split)
        refuse_choice(path, subset or split)
        return [_single(path, wanted)]


def _single(path: Path, wanted: Format | None) -> Source:
    if not path.is_file():
        raise IngestError(f"{path}: neither a file nor a folder")
    chosen = wanted or format_of(path)
    if chosen is None:
        raise unknown_suffix(path)
    return Source(path, chosen)


def _in_folder(
    folder: Path, wanted: Format | None, subset: str | None, split: str | None
) -> list[Source]:
    card = card_of(folder)
    if card is None:
        refuse_choice(folder, subset or split)
    licence, patterns = (card.licence, card.patterns(subset, split)) if card else (None, None)
    found: list[tuple[Path, Format]] = []
    first: dict[Format, Path] = {}
    for path in matching(folder, walk(folder), patterns):
        kind = format_of(path, wide=wanted == "jsonl")
        if kind is not None and wanted in (None, kind):
            found.append((path, kind))
            first.setdefault(kind, path)
    if not found:
        raise nothing_to_read(folder, wanted, patterns)
    one = next((kind for kind in ONE_BY_FOLDER if kind in first), None)
    if one is None:
        return [Source(path, kind, licence=licence) for path, kind in found]
    if len(first) > 1:
        raise several_formats(folder, {kind: path.name for kind, path in first.items()})
    return [Source(folder, one, licence=licence, patterns=patterns)]


def named_format(format: str) -> Format | None:
    """None for `auto`; IngestError for what is no format."""
    if format == "auto":
        return None
    known = dict.fromkeys(SUFFIXES.values())
    if format not in known:
        raise IngestError(f"unknown format {format!r}: it is auto, {', '.join(known)}")
    return format


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SourceUnreadable(
            f"{error.filename or path} cannot be read: {error.strerror or error}"
        ) from error


def _file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
