"""Tells who sends too many wrong tokens."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

MOST_FAILURES = 5
WITHIN_S = 60.0
_MOST_ADDRESSES = 1_000


class Throttle:
    """Blocks an address after five wrong tokens within a minute, as long as that holds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def blocks(self, address: str) -> bool:
        with self._lock:
            failures = self._failures.get(address, deque())
            oldest = self._clock() - WITHIN_S
            return sum(time > oldest for time in failures) >= MOST_FAILURES

    def failed(self, address: str) -> None:
        with self._lock:
            failures = self._failures.setdefault(address, deque(maxlen=MOST_FAILURES))
            failures.append(self._clock())
            self._failures.move_to_end(address)
            while len(self._failures) > _MOST_ADDRESSES:
                self._failures.popitem(last=False)
