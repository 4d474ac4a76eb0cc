"""The model calls of one stage of a shard as they lie on storage; each file is opened once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

import polars as pl

from webscale_rl_dagster.audit.stored import StoredTable, stored
from webscale_rl_dagster.audit.where import among
from webscale_rl_dagster.inference.journal import CALLS, MERGED, SEGMENT, JournalPlace, read_calls
from webscale_rl_dagster.storage.objects import Objects


class RecordedCalls:
    """Read several times over, as a context; in memory are small files, and of others a row group.

    Two runs of a shard at once may have made a call twice; then both records are here.
    """

    def __init__(self, objects: Objects, stage: str, shard: str) -> None:
        names = list(objects.list(JournalPlace(stage, shard).prefix))
        self._objects = objects
        self._segments = [name for name in names if name.endswith(SEGMENT)]
        self._merged = [name for name in names if name.endswith(MERGED)]
        self._files: list[StoredTable] = []
        self._open = ExitStack()

    def __enter__(self) -> Self:
        for name in self._merged:
            file = self._open.enter_context(self._objects.open(name))
            self._files.append(self._open.enter_context(stored(file, CALLS)))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def batches(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """These columns of all records."""
        yield from read_calls(self._objects, self._segments, columns=columns)
        for file in self._files:
            yield from file.batches(columns)

    def rows(self, request_ids: Collection[str]) -> Iterator[dict[str, Any]]:
        """The whole records of these requests."""
        if not request_ids:
            return
        where = among("request_id", request_ids)
        for some in read_calls(self._objects, self._segments):
            yield from some.filter(where.test).iter_rows(named=True)
        for file in self._files:
            for some in file.found(where, list(CALLS)):
                yield from some.iter_rows(named=True)
