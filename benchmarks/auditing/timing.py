"""How long calls take: seconds, by quantile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

T = TypeVar("T")

Times = dict[str, Any]


def timed(call: Callable[[T], object], inputs: Iterable[T]) -> Times:
    """Of one call for each input, one after another."""
    seconds = []
    for given in inputs:
        start = time.perf_counter()
        call(given)
        seconds.append(time.perf_counter() - start)
    return quantiles(seconds)


def quantiles(seconds: Iterable[float]) -> Times:
    """In milliseconds."""
    ordered = sorted(seconds)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000, 1)

    return {"calls": len(ordered), "p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "max": at(1)}
