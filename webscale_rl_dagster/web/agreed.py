"""How far people and pipeline agree, counted behind the pages: that reads every mark there is."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from webscale_rl_dagster.lineage.agreement import Agreement, agreement, opinions
from webscale_rl_dagster.storage.tables import Tables

EVERY_S = 60.0
"""Seconds from one count to the next, at least."""
_PAUSE = 10
"""How much longer a pause is than the count before it, at least."""
_PATIENCE_S = 5.0
"""How long a page waits for the very first count."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Counted:
    """The figures, and when their count began."""

    agreement: Agreement
    time: datetime


class Agreed:
    """Counted in one thread, when a page asks and the last count is old."""

    def __init__(self, tables: Tables, clock: Callable[[], float] = time.monotonic) -> None:
        self._tables = tables
        self._clock = clock
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, "agreement")
        self._due = -math.inf
        self._counting: Future[None] = Future()
        self._last: Counted | None = None

    def last(self) -> Counted | None:
        """As they were counted last; None while the first count, which takes long, is under way.

        Raises:
            StorageError: none could be counted yet.
        """
        with self._lock:
            if self._clock() >= self._due:
                self._due = math.inf
                self._counting = self._thread.submit(self._count)
        if self._last is None:
            with suppress(TimeoutError):
                self._counting.result(_PATIENCE_S)
        return self._last

    def _count(self) -> None:
        began, moment = self._clock(), datetime.now(UTC)
        try:
            self._last = Counted(agreement(opinions(self._tables)), moment)
        except Exception:
            _log.exception("the marks could not be counted")
            raise
        finally:
            ended = self._clock()
            self._due = ended + max(EVERY_S, _PAUSE * (ended - began))
