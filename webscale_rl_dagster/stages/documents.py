"""Joins rows back to what they were made from, which is stored once, without holding a table.

All tables of a shard are in the documents' order, so that two of them are joined by reading both
once: a merge join in the memory of one row of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.storage.tables import Row

TEXT = ("document_id", "text", "title")
"""The columns of `raw_documents` that stages read."""

PLACE = ("document_id", "window", "window_start", "window_end")
"""What names a window in every table that has one row or more per window."""

OPENING = 4_000
"""Characters from the document's start in which its topic is introduced."""


def paired(
    rows: Iterable[Row], sources: Iterable[Row], *, key: str, table: str, source: str
) -> Iterator[tuple[Row, Row]]:
    """Each row of `table` with the row of `source` that has the same `key`.

    Rows that share a source follow one another; a source without rows is passed over. Raises
    StorageError at the first row whose source does not come: the two tables are not of one making.
    """
    rest = iter(sources)
    found: Row | None = None
    for row in rows:
        while found is None or found[key] != row[key]:
            found = next(rest, None)
            if found is None:
                raise StorageError(
                    f"{table} and {source} do not agree: {key} {row[key]} of {table} is not among "
                    f"the kept rows of {source}, or not in its order; run {table} again for this "
                    "shard, then the stages after it"
                )
        yield row, found


def with_windows(rows: Iterable[Row], documents: Iterable[Row], *, table: str) -> Iterator[Row]:
    """Each row of `table` with the `text` of its window, and its document's `title` and `opening`.

    `documents` have the columns `TEXT`.
    """
    pairs = paired(rows, documents, key="document_id", table=table, source="raw_documents")
    for row, document in pairs:
        yield row | {
            "text": document["text"][row["window_start"] : row["window_end"]],
            "title": document["title"] or "",
            "opening": document["text"][:OPENING],
        }


def in_document(span: tuple[int, int] | None, window: Row) -> tuple[int | None, int | None]:
    """A span of the window's text as offsets in the whole document; none stays none."""
    if span is None:
        return None, None
    return window["window_start"] + span[0], window["window_start"] + span[1]
