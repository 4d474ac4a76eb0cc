"""Pairs of a release to look at and to measure closely, drawn by hash while it streams by."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b
from typing import NamedTuple

import polars as pl

Row = dict[str, str | None]

COLUMNS = (
    "qa_id",
    "document_id",
    "question",
    "answer",
    "domain",
    "persona",
    "answer_type",
    "title",
    "url",
    "licence",
    "corpus",
)
LONGEST = 10_000
"""Characters that are kept of a value; what a source says of itself may be a whole text."""


class _Drawn(NamedTuple):
    document: bytes
    """Place of the document, a digest."""
    pair: bytes
    """Place of the pair."""
    row: Row


class Sample:
    """The pairs of the documents with the smallest hashes, however the rows come in.

    Whole documents, so that pairs of one document can be compared; only the last one is cut to
    the limit. Memory holds that many pairs, and those of a frame that may be among them.
    """

    def __init__(self, limit: int, seed: int) -> None:
        self._limit = limit
        self._seed = seed
        self._drawn: list[_Drawn] = []

    def add(self, frame: pl.DataFrame) -> None:
        """Rows of `dataset_release`."""
        places = self._nearest(frame["document_id"])
        if not places:
            return
        rows = frame.filter(pl.col("document_id").is_in(list(places)))
        rows = rows.select(pl.col(COLUMNS).cast(pl.String).str.slice(0, LONGEST))
        for row in rows.iter_rows(named=True):
            place = self._place("pair", row["qa_id"])
            self._drawn.append(_Drawn(places[row["document_id"]], place, row))
        self._drawn.sort(key=lambda drawn: drawn[:2])
        del self._drawn[self._limit :]

    def frame(self) -> pl.DataFrame:
        """All of them, document by document; `COLUMNS`, all strings."""
        rows = [drawn.row for drawn in self._drawn]
        return pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String()))

    def pairs(self, number: int) -> list[Row]:
        """So many of them by hash, fewer if there are fewer.

        A second pair of a document comes only after one of each.
        """
        earlier: Counter[bytes] = Counter()
        turns: list[tuple[int, Row]] = []
        for drawn in sorted(self._drawn, key=lambda drawn: drawn.pair):
            turns.append((earlier[drawn.document], drawn.row))
            earlier[drawn.document] += 1
        turns.sort(key=lambda turn: turn[0])
        return [row for _, row in turns[:number]]

    def _nearest(self, document_ids: pl.Series) -> dict[str, bytes]:
        """Places of the documents of a frame of which pairs may be in the sample."""
        sizes = document_ids.value_counts().iter_rows()
        places = sorted((self._place("document", name), name, size) for name, size in sizes)
        full = len(self._drawn) >= self._limit
        nearest: dict[str, bytes] = {}
        pairs = 0
        for place, name, size in places:
            if pairs >= self._limit or (full and place > self._drawn[-1].document):
                break
            nearest[name] = place
            pairs += size
        return nearest

    def _place(self, kind: str, name: str) -> bytes:
        key = f"card {kind} {self._seed}".encode()
        return blake2b(name.encode(), digest_size=16, key=key).digest()
