"""How a running stage tells how far it is; the CLI draws bars, a Dagster run writes log lines."""

from __future__ import annotations

import logging
from time import monotonic
from typing import Protocol

from webscale_rl_dagster.inference.usage import Usage


class Progress(Protocol):
    """Told of every finished row and every model call of a stage."""

    def started(self, stage: str, shard: str, rows: int) -> None: ...

    def advanced(self, usage: Usage, *, rows: int = 0) -> None: ...

    def finished(self, usage: Usage) -> None: ...


class LogProgress:
    """A line every `every_s` seconds, to the logger whose lines the run shows."""

    def __init__(self, log: logging.Logger, *, every_s: float = 15.0) -> None:
        self._log = log
        self._every_s = every_s
        self._stage, self._shard, self._rows, self._done = "", "", 0, 0
        self._next = 0.0

    def started(self, stage: str, shard: str, rows: int) -> None:
        self._stage, self._shard, self._rows, self._done = stage, shard, rows, 0
        self._next = monotonic() + self._every_s

    def advanced(self, usage: Usage, *, rows: int = 0) -> None:
        self._done += rows
        if monotonic() >= self._next:
            self._next = monotonic() + self._every_s
            self._tell(usage)

    def finished(self, usage: Usage) -> None:
        self._tell(usage)

    def _tell(self, usage: Usage) -> None:
        self._log.info(
            "%s %s: %d of %d rows, %d model calls, %d from the journal, %d generated tokens",
            self._stage,
            self._shard,
            self._done,
            self._rows,
            usage.requests,
            usage.reused,
            usage.completion_tokens,
        )
