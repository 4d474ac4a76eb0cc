"""The files of a corpus in a bucket: each object is one, fetched when its turn comes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from webscale_rl_dagster.corpora.folders import Format, format_of, is_corpus_file
from webscale_rl_dagster.corpora.huggingface import matcher
from webscale_rl_dagster.corpora.sources import Source
from webscale_rl_dagster.errors import (
    ObjectRefused,
    ObjectReplaced,
    SourceChanged,
    SourceUnreadable,
)
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.ranges import Entry

_LONGEST_NAME = 200
"""Bytes of a local file's name, of which a key may have five times as many."""


@dataclass(frozen=True, slots=True)
class StoredSource:
    """One version of an object of a corpus."""

    objects: Objects
    entry: Entry
    format: Format
    licence: str | None = None
    """Of the dataset it is part of, for want of any other."""

    @property
    def uri(self) -> str:
        return self.objects.uri(self.entry.key)

    @property
    def version(self) -> str | None:
        return self.entry.e_tag

    def size(self) -> int:
        return self.entry.size

    @contextmanager
    def opened(self) -> Iterator[Source]:
        """As a temporary local file.

        Raises:
            SourceChanged: it was replaced or deleted since it was listed.
            SourceUnreadable: it may not be read, or the local disk does not take it.
            StorageError: the server is away.
        """
        with tempfile.TemporaryDirectory(prefix="webscale-rl-corpus-") as folder:
            name = PurePosixPath(self.entry.key).name.encode()[-_LONGEST_NAME:]
            path = Path(folder) / name.decode(errors="ignore")
            try:
                self.objects.download(self.entry, path)
            except ObjectReplaced as error:
                raise SourceChanged(str(error)) from None
            except ObjectRefused as error:
                raise SourceUnreadable(str(error)) from error
            except OSError as error:
                raise SourceUnreadable(
                    f"{self.uri}: its {self.entry.size:,} bytes cannot be kept in {folder} while "
                    f"they are read: {error.strerror or error}. TMPDIR names another place"
                ) from error
            yield Source(path, self.format, self.uri, self.licence)


@dataclass(frozen=True, slots=True)
class StoredSources:
    """The files under a prefix, listed anew and a page at a time whenever they are gone through."""

    objects: Objects
    prefix: str
    wanted: Format | None
    licence: str | None = None
    patterns: tuple[str, ...] | None = None
    """Which names below the prefix count; None: all of the format."""

    def __iter__(self) -> Iterator[StoredSource]:
        matches = matcher(self.patterns)
        for entry in self.objects.entries(self.prefix):
            name = entry.key.removeprefix(self.prefix).removeprefix("/")
            kind = self.wanted or format_of(Path(name))
            if kind and is_corpus_file(name, self.wanted or "auto") and matches(name):
                yield StoredSource(self.objects, entry, kind, self.licence)
