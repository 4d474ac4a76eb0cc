"""What can be asked of the index, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

PAIR_FACETS = (
    "status",
    "release",
    "stage",
    "reason",
    "verdict",
    "domain",
    "persona",
    "answer_type",
    "style",
    "licence",
    "corpus",
    "shard",
)
DOCUMENT_FACETS = ("outcome", "stage", "reason", "language", "licence", "corpus", "shard")

FACET_CHARACTERS = 200
"""Of a facet's value; longer ones are one value if these are the same."""
EXACT_CHARACTERS = 2000
"""Likewise of a URL or a file's path."""
FACET_VALUES = 30
"""Values of a facet that are counted out, the most frequent ones."""
MOST_ROWS = 10_000
"""Rows of an answer that can be turned to; the total tells all of them."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What both kinds of rows are asked for by; ValueError for a facet that they have not."""

    text: str = ""
    """A user's words, all of which must occur: in any case, with or without accents. What stands in
    double quotes must occur as it stands; the last word may be the beginning of one. An id is found
    by its beginning. Nothing else in it has a meaning."""
    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Values within a facet are alternatives; every facet that names some must hold."""

    FACETS: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        if unknown := self.facets.keys() - set(self.FACETS):
            raise ValueError(f"no such facets: {sorted(unknown)}; there are {self.FACETS}")


class PairQuery(SearchQuery):
    """Of `PAIR_FACETS`. Rows of releases are found only where `release` is asked."""

    FACETS: ClassVar[tuple[str, ...]] = PAIR_FACETS


class DocumentQuery(SearchQuery):
    """Of `DOCUMENT_FACETS`."""

    FACETS: ClassVar[tuple[str, ...]] = DOCUMENT_FACETS


@dataclass(frozen=True, slots=True)
class Found:
    """A page of an answer."""

    total: int
    """All that match, however many can be turned to."""
    rows: list[dict[str, Any]]
    """In a stable order: shard by shard, and as the shard has them."""
    facets: dict[str, list[tuple[str, int]]]
    """By facet its most frequent values with their counts, largest first; of a facet that the query
    restricts, as if it did not."""
