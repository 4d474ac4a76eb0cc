"""Small PNG plots for asset metadata and cards."""

from __future__ import annotations

from collections.abc import Mapping

from webscale_rl_dagster.lineage.drawing import (
    BAR,
    LOST,
    REST,
    SIZE,
    figure_of,
    legend,
    name_bars,
    png,
)
from webscale_rl_dagster.lineage.ledger import StageCounts


def funnel_plot(counts: Mapping[str, StageCounts]) -> bytes:
    """A bar per stage: kept rows in colour, dropped and failed ones in grey behind them."""
    stages = list(counts)[::-1]
    figure, axes = figure_of(rows=len(stages) + 1)
    places = range(len(stages))
    lost = axes.barh(places, [counts[stage].input for stage in stages], color=LOST)
    kept = axes.barh(places, [counts[stage].kept for stage in stages], color=BAR)
    labels = [f"{counts[stage].kept:,} of {counts[stage].input:,}" for stage in stages]
    ends = [max(counts[stage].input, counts[stage].kept) for stage in stages]
    name_bars(axes, stages, labels, ends)
    legend(figure, [kept, lost], ["kept", "dropped or failed"])
    return png(figure)


def share_plot(counts: Mapping[str, int], label: str) -> bytes:
    """A bar per value, the most frequent on top; values named `others` last."""
    values = sorted(counts, key=lambda value: (value == "others", -counts[value], value))[::-1]
    figure, axes = figure_of(rows=len(values))
    numbers = [counts[value] for value in values]
    colours = [REST if value == "others" else BAR for value in values]
    axes.barh(range(len(values)), numbers, color=colours)
    name_bars(axes, values, [f"{number:,}" for number in numbers], numbers)
    axes.set_xlabel(label, fontsize=SIZE)
    return png(figure)
