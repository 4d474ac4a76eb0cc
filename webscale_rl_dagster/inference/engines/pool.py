"""Open engines by configuration, and the event loop they live on."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from webscale_rl_dagster.config import EngineConfig
from webscale_rl_dagster.inference.engines import open_engine
from webscale_rl_dagster.inference.interrupts import run_interruptible
from webscale_rl_dagster.inference.protocol import Engine

R = TypeVar("R")

_PATIENCE = {"request_deadline_s", "stage_deadline_s", "attempts", "max_failed_share"}
"""The dispatcher's: no engine knows of them."""


class EnginePool:
    """Each engine is opened when it is first asked for, and serves whatever runs on this pool.

    `keep_open`: `release` does nothing, for a process that makes many runs with one pool.
    """

    def __init__(self, *, keep_open: bool = False) -> None:
        self._keep_open = keep_open
        self._runner: asyncio.Runner | None = None
        self._engines: dict[str, Engine] = {}

    def run(self, main: Coroutine[Any, Any, R]) -> R:
        """Run on the pool's loop, until done or interrupted; see `run_interruptible`."""
        if self._runner is None:
            self._runner = asyncio.Runner()
        return run_interruptible(self._runner, main)

    def engine(self, config: EngineConfig) -> Engine:
        """One for all that differ in patience only. EngineUnavailable says what is missing."""
        key = config.model_dump_json(exclude=_PATIENCE)
        if key not in self._engines:
            self._engines[key] = open_engine(config)
        return self._engines[key]

    def release(self) -> None:
        """The end of a run."""
        if not self._keep_open:
            self.close()

    def close(self) -> None:
        """Close every engine, and the loop."""
        if self._runner is None:
            return
        for engine in self._engines.values():
            self._runner.run(engine.aclose())
        self._engines.clear()
        self._runner.close()
        self._runner = None
