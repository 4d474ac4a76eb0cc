"""Counts of the pairs of a release, taken as they are written."""

from __future__ import annotations

from collections import Counter

import polars as pl

from webscale_rl_dagster.releases.balance import difficulty

UNSTATED = "unstated"
"""Stands for null among counts."""
OTHERS = "others"
"""Stands for what is not named of a great many values, such as a licence to each document."""
NAMED = 1000
_LONGEST = 1000
"""Characters of a value; what a source says of itself may be a whole text."""

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
        """Rows of `dataset_release`."""
        counted = frame.select(*COUNTED[:-1], difficulty())
        against = frame["decontaminated_against"].explode().drop_nulls()
        for column in (*counted, against):
            self.pairs[column.name].update(_counts(column))
        sources = pl.DataFrame([_named(frame[name]) for name in _SOURCE])
        self.sources.update({row[:3]: row[3] for row in sources.group_by(_SOURCE).len().rows()})
        for (split,), ids in frame.select("split", "document_id").unique().group_by("split"):
            there = self._documents.setdefault(str(split), set())
            there.update(bytes.fromhex(one) for one in ids["document_id"])

    def documents(self) -> dict[str, int]:
        """How many documents the pairs of each split are of."""
        return {split: len(ids) for split, ids in self._documents.items()}

    def of(self, column: str) -> dict[str, int]:
        """The counts of one column, the greatest first and equals by name, `OTHERS` last."""
        found = sorted(self.pairs[column].items(), key=lambda item: (-item[1], item[0]))
        others = sum(count for _, count in found[NAMED:])
        return dict(found[:NAMED]) | ({OTHERS: others} if others else {})


def _counts(column: pl.Series) -> dict[str, int]:
    return dict(_named(column).value_counts().iter_rows())


def _named(column: pl.Series) -> pl.Series:
    return column.fill_null(UNSTATED).str.slice(0, _LONGEST)
