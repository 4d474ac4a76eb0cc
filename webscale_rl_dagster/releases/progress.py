"""How a release that is being made tells how far it is."""

from __future__ import annotations

import logging
from time import monotonic


class ReleaseProgress:
    """Told of every shard that a step has read; the CLI draws bars from it."""

    def __call__(self, step: str, done: int, of: int) -> None: ...


class LogReleaseProgress(ReleaseProgress):
    """A line as a step ends and every `every_s` seconds, to the logger whose lines a run shows."""

    def __init__(self, log: logging.Logger, *, every_s: float = 15.0) -> None:
        self._log = log
        self._every_s = every_s
        self._next = monotonic() + every_s

    def __call__(self, step: str, done: int, of: int) -> None:
        if done == of or monotonic() >= self._next:
            self._next = monotonic() + self._every_s
            self._log.info("%s: %d of %d shards", step, done, of)
