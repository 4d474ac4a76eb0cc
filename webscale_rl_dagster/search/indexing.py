"""Turns parts into rows of the index: shards some ahead of the writer, releases as they stream."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

from webscale_rl_dagster.releases.reading import Release, open_release
from webscale_rl_dagster.search.catalog import Part
from webscale_rl_dagster.search.changes import Lying
from webscale_rl_dagster.search.keeping import Indexed
from webscale_rl_dagster.search.lines import DOCUMENT, PAIR, lines
from webscale_rl_dagster.search.release_part import release_rows, release_summary_of
from webscale_rl_dagster.search.shard_part import read_shard
from webscale_rl_dagster.search.summaries import stored
from webscale_rl_dagster.search.writing import Writing
from webscale_rl_dagster.storage.tables import Tables

_log = logging.getLogger(__name__)

_AHEAD = 4
"""Shards that are read while one is written: what memory holds."""


class _ShardLines(NamedTuple):
    pairs: list[str]
    documents: list[str]
    summary: bytes


@dataclass(slots=True)
class Indexing:
    """One update's way from the storage into the index.

    A part that cannot be read keeps no other from being indexed: it is left out, and is named in
    `failed` with the reason. What goes wrong in writing ends the update.
    """

    tables: Tables
    writing: Writing
    lying: Mapping[Part, Lying]
    numbers: Mapping[Part, int]
    """Of the parts in the catalog."""
    done: list[Part] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    def shards(self, parts: Iterable[Part]) -> None:
        for part, reading in _ahead(self._read, parts):
            try:
                pairs, documents, summary = reading.result()
            except Exception as error:
                self._cannot_be_read(part, error)
                continue
            self.writing.clear(part)
            counts = self.writing.add(pairs, documents)
            self._done(part, summary, *counts)

    def release(self, part: Part) -> None:
        try:
            release = open_release(self.tables.objects, part.name)
            summary = stored(release_summary_of(release))
        except Exception as error:
            self._cannot_be_read(part, error)
            return
        self.writing.clear(part)
        batches = self._batches(part, release)
        rows = 0
        while True:
            try:
                batch = next(batches, None)
            except Exception as error:
                self._cannot_be_read(part, error)
                return
            if batch is None:
                break
            rows += self.writing.add(batch)[0]
        self._done(part, summary, rows, 0)

    def _batches(self, part: Part, release: Release) -> Iterator[list[str]]:
        first = 0
        for frame in release_rows(self.tables, release):
            yield list(lines(PAIR, part, self.numbers[part], frame, first))
            first += frame.height

    def _read(self, part: Part) -> _ShardLines:
        found = read_shard(self.tables, part.name, self.lying[part].tables)
        number = self.numbers[part]
        return _ShardLines(
            list(lines(PAIR, part, number, found.pairs)),
            list(lines(DOCUMENT, part, number, found.documents)),
            stored(found.summary),
        )

    def _done(self, part: Part, summary: bytes, pairs: int, documents: int) -> None:
        self.done.append(part)
        self.writing.done(Indexed(part, self.lying[part].token, pairs, documents, summary))

    def _cannot_be_read(self, part: Part, error: Exception) -> None:
        """Of a release some rows may have been added already."""
        self.writing.clear(part)
        self.writing.done(Indexed(part, self.lying[part].failed_token))
        self.failed[part.name] = f"{type(error).__name__}: {error}"
        _log.warning("the search index leaves out %s %s: %s", part.kind, part.name, error)


def _ahead(
    read: Callable[[Part], _ShardLines], parts: Iterable[Part]
) -> Iterator[tuple[Part, Future[_ShardLines]]]:
    """Each part with what is read of it, in order, a few of them under way."""
    with ThreadPoolExecutor(_AHEAD) as pool:
        under_way: deque[tuple[Part, Future[_ShardLines]]] = deque()
        for part in parts:
            under_way.append((part, pool.submit(read, part)))
            if len(under_way) > _AHEAD:
                yield under_way.popleft()
        yield from under_way
