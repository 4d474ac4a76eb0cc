"""Rows as the index takes them in: a line of JSON for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import polars as pl

from webscale_rl_dagster.search.catalog import Part
from webscale_rl_dagster.search.ids import DIGEST, digest
from webscale_rl_dagster.search.queries import EXACT_CHARACTERS, FACET_CHARACTERS
from webscale_rl_dagster.search.shelves import DOCUMENTS, KIND, PAIRS, PART, PLACE, ROW, Shelf
from webscale_rl_dagster.search.words import WORDS, indexed

SHOWN_CHARACTERS = 500
"""Of each text of a row that a search shows."""

_AT_ONCE = 10_000
_PLACES = 2**32
"""For the rows of one part."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How the rows of one shelf are indexed."""

    shelf: Shelf
    id: str
    """Whose last part, after any dot, is hexadecimal."""
    words: tuple[str, ...]
    shown: tuple[str, ...]


PAIR = Kind(
    PAIRS,
    "qa_id",
    ("question", "answer", "persona", "title"),
    (
        "qa_id",
        "shard",
        "document_id",
        "question",
        "answer",
        "persona",
        "domain",
        "style",
        "answer_type",
        "status",
        "stage",
        "reason",
        "release",
        "title",
        "licence",
    ),
)
DOCUMENT = Kind(
    DOCUMENTS,
    "document_id",
    ("title", "url", "source_uri"),
    (
        "document_id",
        "shard",
        "source_uri",
        "source_row",
        "url",
        "title",
        "licence",
        "corpus",
        "language",
        "outcome",
        "stage",
        "reason",
        "pairs",
        "published",
    ),
)


def lines(
    kind: Kind, part: Part, number: int, frame: pl.DataFrame, first: int = 0
) -> Iterator[str]:
    """A line for each row of a part.

    Args:
        kind: What the rows are.
        part: Whose they are.
        number: Of the part in the catalog.
        frame: The rows, with all columns of the kind.
        first: The place of the first of them in the part.
    """
    for rows in frame.iter_slices(_AT_ONCE):
        places = pl.int_range(pl.len(), dtype=pl.UInt64) + number * _PLACES + first
        first += rows.height
        file = BytesIO()
        rows.select(
            pl.lit(part.term).alias(PART),
            pl.lit(part.kind).alias(KIND),
            places.alias(PLACE),
            _present(digest(pl.col(kind.id).str.split(".").list.last())).alias(DIGEST),
            pl.concat_list(indexed(pl.col(name)) for name in kind.words)
            .list.drop_nulls()
            .alias(WORDS),
            *(_values(rows, name, FACET_CHARACTERS) for name in kind.shelf.facets),
            *(_values(rows, name, EXACT_CHARACTERS) for name in kind.shelf.exact),
            _shown(rows, kind).alias(ROW),
        ).write_ndjson(file)
        yield from file.getvalue().decode().split("\n")[:-1]


def _values(rows: pl.DataFrame, name: str, characters: int) -> pl.Expr:
    """A list for every column, as the index knows no null."""
    if rows.schema[name] == pl.List:
        return pl.col(name)
    return _present(pl.col(name).str.slice(0, characters)).alias(name)


def _present(value: pl.Expr) -> pl.Expr:
    return pl.concat_list(value).list.drop_nulls()


def _shown(rows: pl.DataFrame, kind: Kind) -> pl.Expr:
    """As the index takes bytes: base64."""
    cut = [
        pl.col(name).str.slice(0, SHOWN_CHARACTERS) if rows.schema[name] == pl.String else name
        for name in kind.shown
    ]
    return pl.struct(cut).struct.json_encode().str.encode("base64")
