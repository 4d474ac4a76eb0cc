"""Counts of the pairs of a release, taken as they are written."""

from __future__ import annotations

from collections import Counter

import polars as pl

from webscale_rl_dagster.releases.balance import difficulty

UNSTATED = "unstated"
"""Stands for null among counts."""

COUNTED = (
    "domain",
    "answer_type",
    "verifier",
    "style",
    "licence",
    "corpus",
    "profile",
    "generator_model",
    "checker_model",
    "prober_model",
    "prompt_version",
    "decontaminated_against",
)
_SOURCE = ("corpus", "licence", "source_uri")


class Tally:
    """Memory grows with the documents, some hundred bytes each."""

    def __init__(self) -> None:
        self.pairs: dict[str, Counter[str]] = {name: Counter() for name in (*COUNTED, "difficulty")}
        """How many pairs have each value of a column."""
        self.sources: Counter[tuple[str, str, str]] = Counter()
        """Pairs by corpus, licence and source file."""
        self._documents: dict[str, set[bytes]] = {}

    def add(self, frame: pl.DataFrame) -> None:
        """Rows of `release`."""
        counted = frame.select(*COUNTED[:-1], difficulty())
        against = frame["decontaminated_against"].explode().drop_nulls()
        for column in (*counted, against):
            self.pairs[column.name].update(_counts(column))
        sources = frame.select(pl.col(_SOURCE).fill_null(UNSTATED))
        self.sources.update({row[:3]: row[3] for row in sources.group_by(_SOURCE).len().rows()})
        for (split,), ids in frame.select("split", "document_id").unique().group_by("split"):
            there = self._documents.setdefault(str(split), set())
            there.update(bytes.fromhex(one) for one in ids["document_id"])

    def documents(self) -> dict[str, int]:
        """How many documents the pairs of each split are of."""
        return {split: len(ids) for split, ids in self._documents.items()}

    def of(self, column: str) -> dict[str, int]:
        """The counts of one column, the greatest first and equals by name."""
        found = self.pairs[column].items()
        return dict(sorted(found, key=lambda item: (-item[1], item[0])))


def _counts(column: pl.Series) -> dict[str, int]:
    return dict(column.fill_null(UNSTATED).value_counts().iter_rows())
