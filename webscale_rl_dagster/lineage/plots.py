"""Small PNG plots for asset metadata and cards."""

from __future__ import annotations

import io
from collections.abc import Mapping

from webscale_rl_dagster.lineage.ledger import StageCounts

_INK, _LOST, _BAR = "#222222", "#d9d9d9", "#3b6ea5"


def funnel_plot(counts: Mapping[str, StageCounts]) -> bytes:
    """A bar per stage: kept rows in colour, dropped and failed ones in grey behind them."""
    stages = list(counts)[::-1]
    figure, axes = _figure(rows=len(stages))
    axes.barh(stages, [counts[stage].input for stage in stages], color=_LOST)
    kept = axes.barh(stages, [counts[stage].kept for stage in stages], color=_BAR)
    labels = [f"{counts[stage].kept} of {counts[stage].input}" for stage in stages]
    axes.bar_label(kept, labels, padding=4, color=_INK, fontsize=8)
    axes.set_xlabel("rows: kept (blue) of input (grey)", fontsize=8)
    return _png(figure)


def share_plot(counts: Mapping[str, int], label: str) -> bytes:
    """A bar per value, the most frequent on top."""
    values = sorted(counts, key=lambda value: counts[value])
    figure, axes = _figure(rows=len(values))
    bars = axes.barh(values, [counts[value] for value in values], color=_BAR)
    axes.bar_label(bars, padding=4, color=_INK, fontsize=8)
    axes.set_xlabel(label, fontsize=8)
    return _png(figure)


def _figure(rows: int):  # type: ignore[no-untyped-def]  # matplotlib's own types need its import
    from matplotlib.figure import Figure  # a third of a second, only where a plot is drawn

    figure = Figure(figsize=(6, 0.6 + 0.34 * max(rows, 1)), dpi=90, layout="constrained")
    axes = figure.subplots()
    axes.margins(x=0.18)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    return figure, axes


def _png(figure) -> bytes:  # type: ignore[no-untyped-def]
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()
