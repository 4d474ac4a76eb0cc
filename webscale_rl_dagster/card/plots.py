"""The pictures of a card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from webscale_rl_dagster.card.charts import histogram_plot, map_plot, rates_plot, reasons_plot
from webscale_rl_dagster.card.pictures import (
    BOOKS,
    DIVERSITY,
    FUNNEL,
    PASS_RATES,
    REASONS,
    diversity,
    lengths,
    losses,
    measured,
    shares,
)
from webscale_rl_dagster.lineage.ledger import StageCounts
from webscale_rl_dagster.lineage.plots import funnel_plot, share_plot

_REASONS = 20
_WORDS = {"question_lengths": "words of a question", "answer_lengths": "words of an answer"}


def plots(manifest: Mapping[str, Any], points: pl.DataFrame | None) -> dict[str, bytes]:
    """PNGs by name, of everything there are numbers of: those that `text.body` links to.

    Args:
        manifest: As docs/releases.md describes it; `measures` may be missing.
        points: The map that belongs to `measures.diversity`.
    """
    funnel = {stage: StageCounts(**counts) for stage, counts in manifest["funnel"].items()}
    drawn = {FUNNEL.name: funnel_plot(funnel)}
    lost = losses(manifest, _REASONS)
    if lost:
        drawn[REASONS.name] = reasons_plot(lost)
    drawn |= {name: share_plot(counts, "pairs") for name, counts in shares(manifest).items()}
    for name, found in lengths(manifest).items():
        histogram = found["histogram"]
        drawn[name] = histogram_plot(histogram["edges"], histogram["counts"], _WORDS[name])
    rates = {
        BOOKS[book]: found["histogram"]["counts"] for book, found in measured(manifest).items()
    }
    if rates:
        drawn[PASS_RATES.name] = rates_plot(rates, "share of attempts that were right")
    if diversity(manifest) and points is not None and points.height:
        drawn[DIVERSITY.name] = map_plot(points)
    return drawn
