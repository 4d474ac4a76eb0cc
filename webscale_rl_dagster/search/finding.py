"""One page of what matches, and how many rows each value of each facet has."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from tantivy import Occur, Order, Query, Searcher

from webscale_rl_dagster.search.catalog import RELEASE, SHARD
from webscale_rl_dagster.search.queries import (
    FACET_CHARACTERS,
    FACET_VALUES,
    MOST_ROWS,
    Found,
    SearchQuery,
)
from webscale_rl_dagster.search.shelves import KIND, PLACE, ROW, Shelf
from webscale_rl_dagster.search.words import text_query

Facets = dict[str, list[tuple[str, int]]]
_Asked = tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]
"""A query's text, and the facets that it restricts."""

_SHARDS = 60_000
"""Of which a look-up tells no more."""
_COUNTED = 1000
"""Values of a facet that each part of the index reports, so that those shown are counted in full
unless a facet has more values than this, all of them about as frequent."""
_COUNTS = 256
"""Queries whose counts are kept until something is committed: to turn a page counts nothing."""


@dataclass(frozen=True, slots=True)
class _Commit:
    """What one commit has, and what was counted in it."""

    stamp: bytes
    searcher: Searcher
    counts: OrderedDict[_Asked, Facets] = field(default_factory=OrderedDict)

    def counted(self, asked: _Asked, count: Callable[[], Facets]) -> Facets:
        """Two threads may count the same at once; neither waits for the other."""
        found = self.counts.get(asked)
        if found is None:
            found = self.counts[asked] = count()
            while len(self.counts) > _COUNTS:
                self.counts.popitem(last=False)
        return found


class Finder:
    """Searches one shelf, as it was when last reloaded."""

    def __init__(self, shelf: Shelf, folder: Path) -> None:
        self.shelf = shelf
        self._index = shelf.open(folder)
        self._index.config_reader("manual")
        self._stamp = partial(shelf.stamp, folder)
        self._commit = _Commit(self._stamp(), self._index.searcher())

    def reload(self) -> None:
        """See what was committed since; while the index is made anew, stay with the old one."""
        with suppress(ValueError, FileNotFoundError):
            stamp = self._stamp()
            if stamp != self._commit.stamp:
                self._index.reload()
                self._commit = _Commit(stamp, self._index.searcher())

    @property
    def schema(self) -> Any:
        return self._index.schema

    def find(self, query: SearchQuery, offset: int, limit: int) -> Found:
        """All of it as of one commit, whatever another thread reloads meanwhile."""
        commit = self._commit
        searcher = commit.searcher
        text = text_query(self.schema, query.text, self.shelf.as_id)
        asked = {name: self._among(name, values) for name, values in query.facets.items() if values}
        wanted = self._all(text, asked)
        first = min(max(offset, 0), MOST_ROWS)
        count = max(min(limit, MOST_ROWS - first), 0)
        # Memory is taken for all rows up to the page, and at least one must be asked for.
        most, skipped = (count, first) if count else (1, 0)
        hits = searcher.search(wanted, most, order_by_field=PLACE, order=Order.Asc, offset=skipped)
        rows = [self._row(searcher, address) for _, address in hits.hits[:count]]
        total = int(hits.count)  # type: ignore[attr-defined]  # its stubs leave that out
        key = (
            query.text,
            tuple((name, tuple(sorted(query.facets[name]))) for name in sorted(asked)),
        )
        facets = commit.counted(key, lambda: self._facets(searcher, text, asked))
        return Found(total, rows, {name: list(counts) for name, counts in facets.items()})

    def shards(self, query: Query) -> list[str]:
        """All shards that have a row of it, sorted."""
        found = self._count(self._commit.searcher, query, ["shard"], _SHARDS)
        return sorted(name for name, _ in found["shard"])

    def _row(self, searcher: Searcher, address: Any) -> dict[str, Any]:
        stored: Any = searcher.doc(address).get_first(ROW)
        return dict(orjson.loads(bytes(stored)))

    def _among(self, facet: str, values: Iterable[str]) -> Query:
        cut = {value[:FACET_CHARACTERS].encode("utf-8", "replace").decode() for value in values}
        return Query.term_set_query(self.schema, facet, sorted(cut))

    def _all(
        self, text: Query | None, asked: Mapping[str, Query], kind: str | None = None
    ) -> Query:
        kind = kind or (RELEASE if RELEASE in asked else SHARD)
        must = [Query.term_query(self.schema, KIND, kind), *asked.values(), text]
        return Query.boolean_query([(Occur.Must, part) for part in must if part is not None])

    def _facets(self, searcher: Searcher, text: Query | None, asked: Mapping[str, Query]) -> Facets:
        """Each restricted facet is counted under the other restrictions, the rest in one go.

        Releases are counted among their own rows, whether one is asked or not.
        """
        apart = [name for name in self.shelf.facets if name in asked or name == RELEASE]
        together = [name for name in self.shelf.facets if name not in apart]
        found = self._count(searcher, self._all(text, asked), together)
        for name in apart:
            others = {other: query for other, query in asked.items() if other != name}
            kind = RELEASE if name == RELEASE else None
            found |= self._count(searcher, self._all(text, others, kind), [name])
        return {name: found[name] for name in self.shelf.facets}

    def _count(
        self, searcher: Searcher, query: Query, facets: Sequence[str], most: int = FACET_VALUES
    ) -> Facets:
        wanted = {
            name: {"terms": {"field": name, "size": most, "segment_size": max(most, _COUNTED)}}
            for name in facets
        }
        answer = searcher.aggregate(query, wanted)
        return {name: _values(answer[name]["buckets"]) for name in facets}


def _values(buckets: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """The largest first, equal ones by name."""
    counts = [(bucket["key"], int(bucket["doc_count"])) for bucket in buckets]
    return sorted(counts, key=lambda count: (-count[1], count[0]))
