"""Which windows of a document a found passage spoils."""

from __future__ import annotations

import pytest

from webscale_rl_dagster.decontamination.scanning import Hit
from webscale_rl_dagster.stages.contamination import best_by_window
from webscale_rl_dagster.stages.windows import Window

WINDOWS = [Window(0, 0, 10), Window(1, 10, 20), Window(2, 20, 30)]


def hit(start: int, end: int, item: int = 0) -> Hit:
    return Hit("0", "document", "bench", "test", "f", item, "question", start, end, "", 1.0)


@pytest.mark.parametrize(
    ("start", "end", "spoilt"),
    [
        (0, 10, {0}),
        (9, 10, {0}),
        (9, 11, {0, 1}),
        (10, 20, {1}),
        (0, 30, {0, 1, 2}),
        (19, 21, {1, 2}),
        (29, 30, {2}),
    ],
)
def test_a_window_is_spoilt_by_what_reaches_into_it(start: int, end: int, spoilt: set[int]) -> None:
    assert best_by_window(WINDOWS, [hit(start, end)]).keys() == spoilt


def test_the_best_hit_of_each_window_is_its_evidence() -> None:
    hits = [hit(12, 14, item=1), hit(5, 15, item=2), hit(11, 25, item=3)]
    found = best_by_window(WINDOWS, hits)
    assert {number: one.item for number, one in found.items()} == {0: 2, 1: 1, 2: 3}
