"""Finds benchmark items in questions, answers and documents; says which, where and how much."""

from __future__ import annotations

import itertools
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from webscale_rl_dagster.decontamination.index import IndexFile
from webscale_rl_dagster.decontamination.lookup import Lookup, merge
from webscale_rl_dagster.decontamination.profiles import PROFILES, ProfileName
from webscale_rl_dagster.decontamination.scanning import Hit, Text, scan_batch
from webscale_rl_dagster.errors import BenchmarkError

if TYPE_CHECKING:
    import polars as pl

_BATCH_CHARACTERS, _BATCH_TEXTS = 400_000, 4096
"""What one step holds in memory at least; half a megabyte stays in a core's cache."""

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
        self._temporary: tempfile.TemporaryDirectory[str] | None = None

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
            BenchmarkError: there is no index; to find nothing in nothing would look like clean.
        """
        if not indexes:
            raise BenchmarkError("there is no benchmark to clean against: name one, or `ready`")
        temporary = tempfile.TemporaryDirectory(prefix="decontamination-")
        folder = Path(temporary.name)
        merge(indexes, folder)
        result = cls(folder, profile, processes)
        result._temporary = temporary
        return result

    def scan(self, texts: Iterable[Text]) -> Iterator[Hit]:
        """Hits of (id, field, text) triples, in their order; the best of a text first.

        In constant memory; with several processes, a few megabytes of text are under way at once.
        A text of field `question` that is all of a three- or four-word benchmark question is a
        hit too; elsewhere so few words prove nothing.
        """
        if self._processes == 1:
            for batch in _batches(texts):
                yield from scan_batch(batch, self._lookup, PROFILES[self._profile])
            return
        pool = self._started()
        under_way: deque[Future[list[Hit]]] = deque()
        for message in _grouped(_batches(texts)):
            under_way.append(pool.submit(_work, message))
            if len(under_way) > 2 * self._processes:
                yield from under_way.popleft().result()
        for future in under_way:
            yield from future.result()

    def scan_frame(
        self, frame: pl.DataFrame, *, id_column: str, text_columns: Sequence[str]
    ) -> pl.DataFrame:
        """Hits in the text columns of a frame, a row per hit; nulls are passed over."""
        import polars as pl

        triples = (
            (row_id, name, text)
            for part in frame.select(id_column, *text_columns).iter_slices(1 << 16)
            for name in text_columns
            for row_id, text in zip(part[id_column], part[name], strict=True)
            if text is not None
        )
        return pl.DataFrame(
            list(self.scan(triples)),
            schema={
                "id": pl.String,
                "field": pl.String,
                "benchmark": pl.String,
                "split": pl.String,
                "file": pl.String,
                "item": pl.UInt32,
                "part": pl.String,
                "start": pl.UInt32,
                "end": pl.UInt32,
                "text": pl.String,
                "score": pl.Float32,
            },
            orient="row",
        )

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        if self._temporary is not None:
            self._temporary.cleanup()

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


def _work(batches: Sequence[Sequence[Text]]) -> list[Hit]:
    worker = _worker[0]
    profile = PROFILES[worker.profile]
    return [hit for batch in batches for hit in scan_batch(batch, worker.lookup, profile)]


def _batches(texts: Iterable[Text]) -> Iterator[list[Text]]:
    batch: list[Text] = []
    size = 0
    for text in texts:
        batch.append(text)
        size += len(text[2])
        if size >= _BATCH_CHARACTERS or len(batch) == _BATCH_TEXTS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _grouped(batches: Iterator[list[Text]]) -> Iterator[list[list[Text]]]:
    while group := list(itertools.islice(batches, _SENT)):
        yield group
