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
_MATHS = re.compile(r"\\[A-Za-z]|[\d^=<>()\[\]{}|]")


class _OutOfTime(BaseException):
    """Raised in the working thread; no `except Exception` on its way keeps it."""


def equivalent(given: str, gold: str, *, seconds: float) -> bool:
    """Whether math-verify finds them equal in the time it has; works in any thread and process."""
    if any(_too_large(text) for text in (given, gold)) or not _MATHS.search(given):
        return False
    library = _library()
    outcome: list[bool] = []

    def work() -> None:
        try:
            outcome.append(_verify(library, given, gold))
        except (_OutOfTime, Exception):
            outcome.append(False)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    worker.join(seconds)
    if worker.is_alive():
        threading.Thread(target=_stop, args=(worker, outcome), daemon=True).start()
        return False
    return outcome == [True]


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
