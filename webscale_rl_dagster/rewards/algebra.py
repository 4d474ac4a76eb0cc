"""The computer algebra behind `math-verify`, asked last and never for longer than it is given.

Its own limit is an alarm signal, which only the main thread of a process may set. Here the work
runs in a thread of its own, which is told to stop by an exception raised in it; what could block
that (towers of powers, factorials of factorials) is refused by size before.
"""

import ctypes
import logging
import math
import re
import threading
import time
from functools import lru_cache
from typing import Any

_LONGEST = 300
_DEEPEST = 8
_LARGE = re.compile(
    r"\d{13}|!\W*!|\d{4,}\s*!|\^\s*\{?\s*[-+]?\d{4,}|\^\s*(?:\d+|[A-Za-z])\s*\^|\^\s*\{[^{}]*\^"
)
"""Long integers, factorials of factorials, towers of powers."""
_POWER = re.compile(r"([)}\]]?)\s*\^\s*\{?\s*(\d+)")
_LARGEST_POWER = 5_000
"""Of nested powers multiplied: ((10^99)^99)^99 is a tower too."""
_AGAIN_SECONDS = 0.05
_SHORTEST_WAIT = 0.001
_PATIENCE = 10
"""Times its processor time that a comparison may take by the clock on the wall."""
_ONE_AT_A_TIME = threading.Lock()
"""The libraries beneath do not promise to work in several threads at once."""
_MATHS = re.compile(r"\\[A-Za-z]|[\d^=<>()\[\]{}|]")


class _OutOfTime(BaseException):
    """Raised in the working thread; no `except Exception` on its way keeps it."""


def equivalent(given: str, gold: str, *, seconds: float) -> bool:
    """Whether math-verify finds them equal; works in any thread and process.

    The seconds are processor time of the work alone, so that a busy machine does not change the
    outcome; only what is still at work after ten times as many by the clock is given up as well.
    """
    if any(_too_large(text) for text in (given, gold)) or not _MATHS.search(given):
        return False
    library = _library()
    outcome: list[bool] = []
    clocks: list[tuple[int, float]] = []

    def work() -> None:
        try:
            clock = _own_clock()
            clocks.append((clock, time.clock_gettime(clock)))
            outcome.append(_verify(library, given, gold))
        except (_OutOfTime, Exception):
            outcome.append(False)

    worker = threading.Thread(target=work, daemon=True)
    with _ONE_AT_A_TIME:
        worker.start()
        _wait(worker, clocks, seconds)
    if worker.is_alive():
        threading.Thread(target=_stop, args=(worker, outcome), daemon=True).start()
        return False
    return outcome == [True]


def _own_clock() -> int:
    """Of the calling thread's processor time; where the system has none, of the process's."""
    if hasattr(time, "pthread_getcpuclockid"):
        return time.pthread_getcpuclockid(threading.get_ident())
    return time.CLOCK_PROCESS_CPUTIME_ID


def _wait(worker: threading.Thread, clocks: list[tuple[int, float]], seconds: float) -> None:
    """Until the work is done or has had its time, which takes at least as long by the wall."""
    given_up = time.monotonic() + _PATIENCE * seconds
    left = seconds
    while left > 0 and worker.is_alive() and time.monotonic() < given_up:
        worker.join(max(left, _SHORTEST_WAIT))
        left = seconds - _used(clocks)


def _used(clocks: list[tuple[int, float]]) -> float:
    """None yet, or no more to tell, where the thread has not begun or has ended."""
    try:
        return sum(time.clock_gettime(clock) - start for clock, start in clocks)
    except OSError:
        return 0.0


def _stop(worker: threading.Thread, outcome: list[bool]) -> None:
    """Again and again, for a finaliser in which the exception happens to arrive swallows it."""
    while worker.is_alive() and not outcome:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(worker.ident or 0), ctypes.py_object(_OutOfTime)
        )
        worker.join(_AGAIN_SECONDS)


def _too_large(text: str) -> bool:
    depth = deepest = 0
    for char in text:
        depth += (char in "{([") - (char in "})]")
        deepest = max(deepest, depth)
    if len(text) > _LONGEST or deepest > _DEEPEST or _LARGE.search(text):
        return True
    powers = _POWER.findall(text)
    plain = max((int(power) for closing, power in powers if not closing), default=1)
    return plain * math.prod(int(power) for closing, power in powers if closing) > _LARGEST_POWER


@lru_cache(maxsize=1)
def _library() -> Any:
    """Imported at its first use: it costs a second and a half, most of it sympy's."""
    import math_verify

    for part in ("parser", "grader", "utils"):
        logging.getLogger(f"math_verify.{part}").setLevel(logging.ERROR)
    return math_verify


def _verify(library: Any, given: str, gold: str) -> bool:
    parsed = [
        library.parse(
            f"${text.strip().strip('$')}$", parsing_timeout=None, fallback_mode="no_fallback"
        )
        for text in (gold, given)
    ]
    return all(parsed) and bool(library.verify(*parsed, timeout_seconds=None))
