"""Plots of a card alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from webscale_rl_dagster.lineage.drawing import (
    BAR,
    COLOURS,
    OTHER,
    REST,
    SIZE,
    figure_of,
    legend,
    name_bars,
    png,
)


def reasons_plot(counts: Mapping[tuple[str, str], int]) -> bytes:
    """A bar per stage and reason, in the colour of the stage, the most frequent on top."""
    keys = sorted(counts, key=lambda key: -counts[key])[::-1]
    stages = list(dict.fromkeys(stage for stage, _ in counts))
    colours = dict(zip(stages, COLOURS, strict=False))
    figure, axes = figure_of(rows=len(keys) + -(-len(stages) // 2))
    numbers = [counts[key] for key in keys]
    bars = axes.barh(range(len(keys)), numbers, color=[colours[stage] for stage, _ in keys])
    first = {stage: bars[place] for place, (stage, _) in enumerate(keys)}
    name_bars(axes, [reason for _, reason in keys], [f"{n:,}" for n in numbers], numbers)
    axes.set_xlabel("rows dropped", fontsize=SIZE)
    legend(figure, [first[stage] for stage in stages], stages)
    return png(figure)


def histogram_plot(edges: Sequence[float], counts: Sequence[int], label: str) -> bytes:
    """Bars of equal width, whatever the bins'; the last bin holds all that is greater, too.

    Empty bins after the last full one are left out.
    """
    last = max((place for place, count in enumerate(counts) if count), default=0)
    figure, axes = figure_of(rows=6)
    places = range(last + 1)
    axes.bar(places, counts[: last + 1], color=BAR, width=0.92)
    names = [_bin(edges, place, len(counts)) for place in places]
    step = -(-len(names) // 9)
    axes.set_xticks(list(places)[::step], names[::step], fontsize=SIZE)
    axes.set_xlim(-0.6, max(last, 4) + 0.6)
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.set_xlabel(label, fontsize=SIZE)
    axes.set_ylabel("pairs", fontsize=SIZE)
    return png(figure)


def _bin(edges: Sequence[float], place: int, bins: int) -> str:
    low, high = edges[place], edges[place + 1]
    if place == bins - 1:
        return f"{low:g}+"
    return f"{low:g}" if high - low == 1 else f"{low:g}–{high - 1:g}"


def rates_plot(rates: Mapping[str, Sequence[int]], label: str) -> bytes:
    """Counts over equal parts of 0 to 1, two names at most, side by side."""
    figure, axes = figure_of(rows=6)
    bars: list[Any] = []
    for place, counts in enumerate(rates.values()):
        width = 1 / len(counts) / len(rates)
        left = [number / len(counts) + (place + 0.08) * width for number in range(len(counts))]
        colour = (BAR, OTHER)[place]
        bars.append(axes.bar(left, counts, width * 0.84, align="edge", color=colour))
    axes.set_xticks([tenth / 10 for tenth in range(0, 11, 2)])
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.set_xlabel(label, fontsize=SIZE)
    axes.set_ylabel("pairs", fontsize=SIZE)
    legend(figure, bars, list(rates))
    return png(figure)


def map_plot(points: pl.DataFrame) -> bytes:
    """Points at `x`, `y` in the colour of their `domain`, the ten most frequent by name."""
    domains = points["domain"].fill_null("unstated")
    found = domains.value_counts(name="rows").sort(["rows", "domain"], descending=[True, False])
    named = found["domain"].head(len(COLOURS)).to_list()
    figure, axes = figure_of(rows=14)
    colours = zip(named, COLOURS, strict=False)
    groups = {name: (domains == name, colour) for name, colour in colours}
    if found.height > len(named):
        groups["others"] = (~domains.is_in(named), REST)
    size = max(7, min(26, 9000 / points.height))
    marks = [
        axes.scatter(
            *points.filter(mask).select("x", "y"), s=size, color=colour, alpha=0.8, linewidths=0
        )
        for mask, colour in groups.values()
    ]
    axes.margins(0.04)
    axes.spines[:].set(visible=True, color=REST)
    axes.set_xticks([])
    axes.set_yticks([])
    legend(figure, marks, list(groups))
    return png(figure)
