"""Adds rows to the two indexes in batches, and tells the catalog once they are there for good."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Self

from tantivy import Index, IndexWriter

from webscale_rl_dagster.search.catalog import Part
from webscale_rl_dagster.search.folder import writable
from webscale_rl_dagster.search.keeping import Indexed, Keeper
from webscale_rl_dagster.search.shelves import PART

BATCH_ROWS = 50_000
"""A crash costs these at most."""
_HEAP_BYTES = 60_000_000
"""Of each index: rows that are held in memory before they are written as a segment."""


class Writing:
    """The pairs and the documents, open for writing; readers see nothing before a commit.

    After an error, a StorageError if they cannot be written, nothing more is committed.
    """

    def __init__(
        self, keeper: Keeper, indexes: Iterable[Index], on_commit: Callable[[], None]
    ) -> None:
        self._keeper = keeper
        self._folder = keeper.catalog.folder
        # One thread each, so that the rows of a part lie together.
        self._writers = [index.writer(_HEAP_BYTES, 1) for index in indexes]
        self._on_commit = on_commit
        self._done: list[Indexed] = []
        self._gone: list[Part] = []
        self._rows = 0

    def clear(self, part: Part) -> None:
        """Delete what there is of a part, before it is added anew."""
        for writer in self._writers:
            writer.delete_documents_by_term(PART, part.term)

    def add(self, pairs: Iterable[str], documents: Iterable[str] = ()) -> tuple[int, int]:
        """Lines of JSON; how many of each there were."""
        with writable(self._folder):
            added = _add(self._writers[0], pairs), _add(self._writers[1], documents)
        self._rows += sum(added)
        if self._rows >= BATCH_ROWS:
            self._commit()
        return added

    def done(self, part: Indexed) -> None:
        """All its rows were added; or none is there, as it could not be read."""
        self._done.append(part)

    def gone(self, part: Part) -> None:
        """It is no more on storage."""
        self.clear(part)
        self._gone.append(part)

    def _commit(self) -> None:
        with writable(self._folder):
            for writer in self._writers:
                writer.commit()
            self._keeper.finish(self._done)
            self._keeper.forget(self._gone)
        self._done, self._gone, self._rows = [], [], 0
        _trim()
        self._on_commit()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Commits what was added; after an error, not even that."""
        try:
            if error is None:
                self._commit()
        finally:
            for writer in self._writers:
                with suppress(ValueError):  # it tells again of a commit that failed
                    writer.wait_merging_threads()


def _trim() -> None:
    """Give memory back: a batch has threads of its own, and glibc keeps what those have freed."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)


def _add(writer: IndexWriter, lines: Iterable[str]) -> int:
    count = 0
    for line in lines:
        writer.add_json(line)
        count += 1
    return count
