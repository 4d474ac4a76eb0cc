"""Which documents are meant by an id, the beginning of one, a URL or a source file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from webscale_rl_dagster.audit.lookup import Where, among, found, starting
from webscale_rl_dagster.audit.nearest import Unknown, nearest, nearest_digits
from webscale_rl_dagster.corpora.records import uri_of
from webscale_rl_dagster.storage.tables import Row, Tables

Kind = Literal["document_id", "url", "source_uri"]

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
_DIGITS = re.compile(r"[0-9a-f]{6,64}")
_WHOLE = 64
_NAMED = 10


@dataclass(frozen=True, slots=True)
class Meant:
    """Rows of `raw_documents`, and of `quarantine` where it is a file."""

    kind: Kind
    where: Where

    def documents(self, tables: Tables) -> Iterator[tuple[str, pl.DataFrame]]:
        """Shard by shard in the order of their keys, in frames of a row group at most."""
        for shard in tables.shards("raw_documents"):
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


def find_meant(tables: Tables, query: str) -> Meant | Unknown:
    """What `query` is, tried as an id, then as a URL, a file, and a folder of text files."""
    readings = _readings(query)
    for meant in readings:
        if meant.kind == "document_id" and len(query) < _WHOLE:
            ids = _ids(tables, meant)
            if len(ids) > 1:
                return Unknown(f"several documents' ids begin with {query}", tuple(ids))
        if any(True for _ in meant.documents(tables)) or any(
            True for _ in meant.quarantined(tables)
        ):
            return meant
    column = readings[0].kind
    return Unknown(f"no document has the {_SAID[column]} {query}", _nearest(tables, column, query))


_SAID: dict[Kind, str] = {"document_id": "id", "url": "URL", "source_uri": "source file"}


def _readings(query: str) -> list[Meant]:
    path = uri_of(Path(os.path.abspath(query)))
    files = [
        Meant("source_uri", among("source_uri", {query, path})),
        Meant("source_uri", starting("source_uri", f"{path.rstrip('/')}/")),
    ]
    if _DIGITS.fullmatch(query.lower()):
        return [Meant("document_id", starting("document_id", query.lower())), *files]
    url = [Meant("url", among("url", [query]))]
    return [*url, *files] if "://" in query else [*files, *url]


def _ids(tables: Tables, meant: Meant) -> list[str]:
    """Of different documents, at most `_NAMED`."""
    ids: dict[str, None] = {}
    for _, frame in meant.documents(tables):
        ids.update(dict.fromkeys(frame["document_id"]))
        if len(ids) >= _NAMED:
            break
    return sorted(ids)[:_NAMED]


def _nearest(tables: Tables, column: Kind, query: str) -> tuple[str, ...]:
    known = _values(tables, column)
    if column == "document_id":
        return nearest_digits(query.lower(), known)
    wanted = uri_of(Path(os.path.abspath(query))) if column == "source_uri" else query
    return nearest(wanted, known)


def _values(tables: Tables, column: Kind) -> Iterator[str]:
    for shard in tables.shards("raw_documents"):
        for batch in tables.open("raw_documents", shard).batches([column]):
            yield from batch[column].drop_nulls().unique(maintain_order=True)
