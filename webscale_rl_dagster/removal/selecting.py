"""What is meant by an id, the beginning of URLs, a file or folder, or a licence."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from webscale_rl_dagster.audit.lookup import found
from webscale_rl_dagster.audit.nearest import NAMED, Unknown, nearest, nearest_digits
from webscale_rl_dagster.audit.sources import values_of
from webscale_rl_dagster.audit.where import Where, among, starting
from webscale_rl_dagster.corpora.records import file_uri
from webscale_rl_dagster.corpora.removed import Kind
from webscale_rl_dagster.errors import RemovalError
from webscale_rl_dagster.storage.tables import Tables

MOST_CHARACTERS = 2000
"""Of a value and of a reason: both stand in every release that the removal touches."""

_DIGITS = re.compile(r"[0-9a-f]{6,64}")
_COLUMNS: dict[Kind, str] = {
    "document": "document_id",
    "url_prefix": "url",
    "source_file": "source_uri",
    "licence": "licence",
}
_SAID: dict[Kind, str] = {
    "document": "has an id that begins with",
    "url_prefix": "has a URL that begins with",
    "source_file": "is from the file or folder",
    "licence": "is under the licence",
}


@dataclass(frozen=True, slots=True)
class Selector:
    """Rows of `raw_documents` that are meant, in the words of a tombstone."""

    kind: Kind
    value: str

    @property
    def where(self) -> Where:
        match self.kind:
            case "source_file":
                inside = pl.col("source_uri").str.starts_with(f"{self.value.rstrip('/')}/")
                test = (pl.col("source_uri") == self.value) | inside
                return Where("source_uri", self.value, self.value, test)
            case "licence":
                return among("licence", [self.value])
            case _:
                return starting(_COLUMNS[self.kind], self.value)

    def ids(self, tables: Tables) -> set[str]:
        """Of all documents that a row names, kept or not."""
        rows = rows_everywhere(tables, self.where, ["document_id"])
        return {identity for _, frame in rows for identity in frame["document_id"]}


def select(tables: Tables, kind: Kind, value: str) -> Selector | Unknown:
    """A selector that means at least one row; of an id, exactly one document.

    Raises:
        RemovalError: the value is empty, too long, or no id.
    """
    selector = selector_of(kind, value)
    ids = selector.ids(tables)
    if not ids:
        near = _nearest(tables, selector)
        return Unknown(f"no document {_SAID[kind]} {selector.value}", near)
    if kind != "document":
        return selector
    if len(ids) > 1:
        return Unknown(f"several documents' ids begin with {value}", tuple(sorted(ids)[:NAMED]))
    return Selector(kind, ids.pop())


def selector_of(kind: Kind, value: str) -> Selector:
    """Likewise, whether or not it means any row yet; RemovalError as there."""
    value = clean(value, "the value")
    if kind == "source_file":
        return Selector(kind, file_uri(value))
    if kind == "document" and not _DIGITS.fullmatch(value := value.lower()):
        raise RemovalError(f"{value!r} is no document id: give 6 to 64 of its hexadecimal digits")
    return Selector(kind, value)


def clean(text: str, what: str) -> str:
    """Text from a command line as JSON can hold it.

    Raises:
        RemovalError: it is blank, or longer than `MOST_CHARACTERS`.
    """
    text = os.fsencode(text).decode("utf-8", "backslashreplace")
    if not text.strip():
        raise RemovalError(f"{what} of a removal must not be empty")
    if len(text) > MOST_CHARACTERS:
        raise RemovalError(f"{what} of a removal has at most {MOST_CHARACTERS:,} characters")
    return text


def rows_everywhere(
    tables: Tables, where: Where, columns: list[str]
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Rows of `raw_documents` with their shard, in frames of a row group at most."""
    for shard in tables.shards("raw_documents"):
        with tables.objects.open(f"raw_documents/{shard}.parquet") as file:
            for frame in found(file, where, columns):
                yield shard, frame


def _nearest(tables: Tables, selector: Selector) -> tuple[str, ...]:
    known = values_of(tables, _COLUMNS[selector.kind])
    if selector.kind == "document":
        return nearest_digits(selector.value, known)
    return nearest(selector.value, known)
