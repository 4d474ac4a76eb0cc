"""Reads every object of a storage and says where a removed document is still to be found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.inference.journal import SEGMENT, read_calls
from webscale_rl_dagster.removal.contents import (
    PICTURES,
    TABLE,
    Piece,
    batches,
    format_of,
    of_batch,
    stretches,
)
from webscale_rl_dagster.removal.findings import Find, Findings
from webscale_rl_dagster.removal.seeking import Sought
from webscale_rl_dagster.removal.sharing import RAW, Shared, rows_of
from webscale_rl_dagster.schemas import STAGES
from webscale_rl_dagster.storage.objects import Objects

ERASED = ("text", "title", "metadata")
"""Columns of `raw_documents` in which a purged document has no value."""

_JOURNAL, _DATA = "journal/", "/data/"
_MADE = (_JOURNAL, *(f"{stage}/" for stage in STAGES[1:]))
"""Where a row or record is made of the document that it names; in a release's `data/` it is too."""
_NAMES = ("document_id", "qa_id")

_UNREADABLE = (StorageError, pa.ArrowException, pl.exceptions.PolarsError, KeyError, OSError)
"""Arrow says by an OSError that a column's bytes are damaged."""

Progress = Callable[[str, int, int], None]
"""Told of a step, how many objects of it are done, and of how many."""


def scan(objects: Objects, sought: Sought, *, on_progress: Progress | None = None) -> Findings:
    """Search all objects while `raw_documents` still hold the texts that are to be erased.

    Passages that another document holds are found there first and then forgotten. Rows of the
    removed documents themselves are passed over: `look_at_erased` is for these. Memory holds the
    passages and a row group.
    """
    tell = on_progress or _untold
    findings = Findings()
    shared = Shared(objects, sought, findings)
    keys = list(objects.list(""))
    raw = [key for key in keys if key.startswith(RAW)]
    _each(objects, raw, shared.look, findings, _named(tell, "documents that stay"))
    shared.forget()

    def look(key: str) -> None:
        for find in _finds(objects, key, sought):
            findings.add(find)

    rest = [key for key in keys if not key.startswith(RAW)]
    _each(objects, rest, look, findings, _named(tell, "everything else"))
    return findings


def look_at_erased(objects: Objects, keys: Iterable[str], sought: Sought) -> Iterator[Find]:
    """What the documents' own rows of these tables still hold."""
    for key in keys:
        for row, batch in batches(objects, key):
            for column in ERASED:
                mask = (
                    pl.Series(sought.rows(batch, "document_id"))
                    & pl.Series(batch.column(column)).is_not_null()
                )
                for at in mask.arg_true():
                    document = batch.column("document_id")[at].as_py()
                    yield Find(key, column, row + at, document, "text")


def _each(
    objects: Objects,
    keys: list[str],
    look: Callable[[str], None],
    findings: Findings,
    tell: Callable[[int, int], None],
) -> None:
    """What cannot be read is noted, and the others are read nonetheless."""
    for number, key in enumerate(keys):
        tell(number, len(keys))
        findings.objects[format_of(key)] += 1
        if key.endswith(PICTURES):
            continue
        try:
            with objects.open(key) as file:
                findings.bytes[format_of(key)] += file.seek(0, 2)
            look(key)
        except _UNREADABLE as error:
            findings.unread[key] = str(error)
    tell(len(keys), len(keys))


def _named(tell: Progress, step: str) -> Callable[[int, int], None]:
    return lambda done, of: tell(step, done, of)


def _untold(_step: str, _done: int, _of: int) -> None:
    return None


def _finds(objects: Objects, key: str, sought: Sought) -> Iterator[Find]:
    made = key.startswith(_MADE) or _DATA in key
    if key.endswith(TABLE):
        for row, batch in batches(objects, key):
            if made:
                yield from _ids(batch, key, sought, row)
            for piece in of_batch(batch, row):
                yield from _texts(piece, key, sought)
        return
    if key.startswith(_JOURNAL) and key.endswith(SEGMENT):
        for calls in read_calls(objects, [key], columns=_NAMES):
            yield from _ids(calls.to_arrow().combine_chunks().to_batches()[0], key, sought, 0)
    for piece in stretches(objects, key):
        yield from _texts(piece, key, sought)


def _ids(batch: Any, key: str, sought: Sought, row: int) -> Iterator[Find]:
    for column in set(_NAMES) & set(batch.schema.names):
        for at in pl.Series(sought.rows(batch, column)).arg_true():
            yield Find(key, column, row + at, batch.column(column)[at].as_py(), "id")


def _texts(piece: Piece, key: str, sought: Sought) -> Iterator[Find]:
    """One find for a document and row, however many passages of it are there."""
    places, passages = sought.passages.find(piece.letters)
    if not len(places):
        return
    owners = sought.passages.owners(passages)
    rows = rows_of(piece.letters, places)
    for row, owner in np.unique(np.stack([rows, owners]), axis=1).T.tolist():
        at = None if piece.row is None else piece.row + row
        yield Find(key, piece.column, at, sought.documents[owner], "text")
