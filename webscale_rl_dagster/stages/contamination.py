"""Which windows of a document hold the benchmark items that were found in it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from webscale_rl_dagster.decontamination.scanning import Hit
from webscale_rl_dagster.stages.windows import Window


def best_by_window(windows: Sequence[Window], hits: Iterable[Hit]) -> dict[int, Hit]:
    """For each window that a hit of its document reaches into, the first such hit."""
    starts = [window.start for window in windows]
    best: dict[int, Hit] = {}
    for hit in hits:
        first = bisect_right(starts, hit.start) - 1
        for number in range(first, bisect_left(starts, hit.end)):
            best.setdefault(number, hit)
    return best
