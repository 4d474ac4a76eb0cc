"""Which documents are meant by an id, the beginning of one, a URL or a source file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from webscale_rl_dagster.audit.lookup import found
from webscale_rl_dagster.audit.narrowing import Column as Kind
from webscale_rl_dagster.audit.narrowing import Narrowing
from webscale_rl_dagster.audit.nearest import NAMED, Unknown, nearest, sharing
from webscale_rl_dagster.audit.where import Where, among, starting, storable
from webscale_rl_dagster.corpora.records import file_uri, is_stored
from webscale_rl_dagster.storage.tables import Row, Tables

COLUMNS = (
    "document_id",
    "corpus",
    "source_uri",
    "source_row",
    "url",
    "title",
    "licence",
    "duplicate_of",
    "kept",
    "reason",
    "error",
)
LEAST_DIGITS = 6
"""Of an id."""
_DIGITS = re.compile(rf"[0-9a-f]{{{LEAST_DIGITS},64}}")
_WHOLE = 64
_NAMED = 10


@dataclass(frozen=True, slots=True)
class Meant:
    """Rows of `raw_documents`, and of `quarantine` where it is a file."""

    kind: Kind
    where: Where
    shards: tuple[str, ...] | None = None
    """Where to look for documents; None: everywhere."""

    def documents(self, tables: Tables) -> Iterator[tuple[str, pl.DataFrame]]:
        """Shard by shard in the order of their keys, in frames of a row group at most."""
        for shard in tables.shards("raw_documents") if self.shards is None else self.shards:
            with tables.objects.open(f"raw_documents/{shard}.parquet") as file:
                for frame in found(file, self.where, COLUMNS):
                    yield shard, frame

    def quarantined(self, tables: Tables) -> Iterator[Row]:
        """The records of the file that ingestion set aside."""
        if self.kind != "source_uri":
            return
        columns = ["source_uri", "position", "reason", "detail"]
        for part in tables.shards("quarantine"):
            with tables.objects.open(f"quarantine/{part}.parquet") as file:
                for frame in found(file, self.where, columns):
                    yield from frame.iter_rows(named=True)


def find_meant(tables: Tables, query: str, narrowing: Narrowing | None = None) -> Meant | Unknown:
    """What `query` is, tried as an id, then as a URL, a file, and a folder of text files.

    Without `narrowing` all of `raw_documents` is read; what is found is the same.
    """
    readings = _readings(query)
    for reading in readings:
        meant = reading.meant(narrowing)
        if meant.kind == "document_id" and len(query) < _WHOLE:
            ids = _ids(tables, meant)
            if len(ids) > 1:
                return Unknown(f"several documents' ids begin with {query}", tuple(ids))
        if any(True for _ in meant.documents(tables)) or any(
            True for _ in meant.quarantined(tables)
        ):
            return meant
    kind = readings[0].kind
    near = _nearest(tables, narrowing, kind, query)
    return Unknown(f"no document has the {_SAID[kind]} {query}", near)


_SAID: dict[Kind, str] = {"document_id": "id", "url": "URL", "source_uri": "source file"}


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a query may be: values of a column, or what they begin with."""

    kind: Kind
    values: tuple[str, ...]
    prefix: bool = False

    def meant(self, narrowing: Narrowing | None) -> Meant:
        where = among(self.kind, self.values)
        if self.prefix:
            where = starting(self.kind, self.values[0])
        if narrowing is None:
            return Meant(self.kind, where)
        shards = narrowing.shards(self.kind, self.values, prefix=self.prefix)
        return Meant(self.kind, where, shards)


def _readings(query: str) -> list[_Reading]:
    path, query = file_uri(query), storable(query)
    files = [
        _Reading("source_uri", tuple({query, path})),
        _Reading("source_uri", (f"{path.rstrip('/')}/",), prefix=True),
    ]
    if _DIGITS.fullmatch(query.lower()):
        return [_Reading("document_id", (query.lower(),), prefix=True), *files]
    if is_stored(query):
        return files
    url = [_Reading("url", (query,))]
    return [*url, *files] if "://" in query else [*files, *url]


def _ids(tables: Tables, meant: Meant) -> list[str]:
    """Of different documents, at most `_NAMED`."""
    ids: dict[str, None] = {}
    for _, frame in meant.documents(tables):
        ids.update(dict.fromkeys(frame["document_id"]))
        if len(ids) >= _NAMED:
            break
    return sorted(ids)[:_NAMED]


def _nearest(
    tables: Tables, narrowing: Narrowing | None, column: Kind, query: str
) -> tuple[str, ...]:
    """Of those that have the longest beginning in common with it, those most like it."""
    wanted = query.lower() if column == "document_id" else storable(query)
    if column == "source_uri":
        wanted = file_uri(query)
    least = LEAST_DIGITS if column == "document_id" else 1
    enough, shards = None, None
    if narrowing is not None:
        enough, shards = narrowing.longest(column, wanted, least=least)
    like = sharing(wanted, values_of(tables, column, shards), least=least, enough=enough)
    # Hashes resemble each other by chance only.
    return tuple(like[:NAMED]) if column == "document_id" else nearest(wanted, like)


def values_of(tables: Tables, column: str, shards: Sequence[str] | None = None) -> Iterator[str]:
    """Of a column of `raw_documents`; those of one shard follow one another, mostly once each."""
    for shard in tables.shards("raw_documents") if shards is None else shards:
        for batch in tables.open("raw_documents", shard).batches([column]):
            yield from batch[column].drop_nulls().unique(maintain_order=True)
