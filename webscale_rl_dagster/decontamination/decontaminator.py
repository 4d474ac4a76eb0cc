"""Finds benchmark items in questions, answers and documents; says which, where and how much."""

from __future__ import annotations

import itertools
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from webscale_rl_dagster.decontamination.batches import Batch, Row, batched
from webscale_rl_dagster.decontamination.index import IndexFile
from webscale_rl_dagster.decontamination.lookup import Lookup, merge
from webscale_rl_dagster.decontamination.profiles import PROFILES, ProfileName
from webscale_rl_dagster.decontamination.scanning import Hit, Text, scan_batch
from webscale_rl_dagster.errors import BenchmarkError

_SENT = 4
"""Batches to a message: what a process is handed takes longer than handing it over."""


class Decontaminator:
    """Close it, or use it in `with`: it holds a temporary folder and, if asked, processes."""

    def __init__(self, folder: Path, profile: ProfileName, processes: int) -> None:
        self._folder = folder
        self._profile = profile
        self._lookup = Lookup.load(folder)
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None
        self._temporary = ExitStack()

    @classmethod
    def open(
        cls,
        indexes: Sequence[IndexFile],
        profile: ProfileName = "default",
        *,
        processes: int = 1,
    ) -> Self:
        """Unpack the indexes into a temporary folder, some 12 bytes an n-gram.

        Raises:
            BenchmarkError: an index is damaged, or there is none; to find nothing in nothing would
                look like clean.
        """
        if not indexes:
            raise BenchmarkError("there is no benchmark to clean against: name one, or `ready`")
        with ExitStack() as temporary:
            folder = temporary.enter_context(TemporaryDirectory(prefix="decontamination-"))
            merge(indexes, Path(folder))
            result = cls(Path(folder), profile, processes)
            result._temporary = temporary.pop_all()
        return result

    def scan(self, texts: Iterable[Text]) -> Iterator[Hit]:
        """Hits of (id, field, text) triples, in their order; the best of a text first.

        In constant memory; with several processes, a few megabytes of text are under way at once.
        A text of field `question` that is all of a three- or four-word benchmark question is a
        hit too; elsewhere so few words prove nothing.
        """
        for text, hits in self.marked(texts, lambda text: [text[1:]]):
            for hit in hits:
                yield hit._replace(id=text[0])

    def marked(
        self, rows: Iterable[Row], texts: Callable[[Row], Iterable[tuple[str, str]]]
    ) -> Iterator[tuple[Row, tuple[Hit, ...]]]:
        """Each row with the hits of its (field, text) texts, in the rows' order; the best first.

        Of equals the first is first. Rows are read ahead as far as `scan` reads texts. The `id` of
        a hit is the number of its row, from 0.
        """
        ahead: deque[Batch[Row]] = deque()

        def batches() -> Iterator[list[Text]]:
            for batch in batched(rows, texts):
                ahead.append(batch)
                yield batch.texts

        found: defaultdict[int, list[Hit]] = defaultdict(list)
        number = itertools.count()
        for hits in self._found(batches()):
            batch = ahead.popleft()
            for hit in hits:
                moved = batch.moved(hit)
                found[int(moved.id)].append(moved)
            for row in batch.complete:
                yield row, _best_first(found.pop(next(number), ()))

    def _found(self, batches: Iterator[list[Text]]) -> Iterator[list[Hit]]:
        """Of each batch its hits."""
        if self._processes == 1:
            for batch in batches:
                yield scan_batch(batch, self._lookup, PROFILES[self._profile])
            return
        pool = self._started()
        under_way: deque[Future[list[list[Hit]]]] = deque()
        for message in _grouped(batches):
            under_way.append(pool.submit(_work, message))
            if len(under_way) > 2 * self._processes:
                yield from under_way.popleft().result()
        for future in under_way:
            yield from future.result()

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        self._temporary.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._processes,
                mp_context=get_context("spawn"),
                initializer=_prepare,
                initargs=(self._folder, self._profile),
            )
        return self._pool


@dataclass(slots=True)
class _Worker:
    """What one process keeps from one batch to the next."""

    lookup: Lookup
    profile: ProfileName


_worker: list[_Worker] = []


def _prepare(folder: Path, profile: ProfileName) -> None:
    _worker.append(_Worker(Lookup.load(folder), profile))


def _work(batches: Sequence[Sequence[Text]]) -> list[list[Hit]]:
    worker = _worker[0]
    profile = PROFILES[worker.profile]
    return [scan_batch(batch, worker.lookup, profile) for batch in batches]


def _best_first(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """What two pieces of a text share is found twice."""
    return tuple(sorted(dict.fromkeys(hits), key=lambda hit: -hit.score)) if hits else ()


def _grouped(batches: Iterator[list[Text]]) -> Iterator[list[list[Text]]]:
    while group := list(itertools.islice(batches, _SENT)):
        yield group
