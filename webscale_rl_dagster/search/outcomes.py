"""What became of a row, as three columns: the outcome, the stage it ended at, and the reason."""

from __future__ import annotations

import polars as pl

from webscale_rl_dagster.schemas import FAILED


def outcome(name: str, value: str | pl.Expr, stage: str | None = None) -> pl.Expr:
    """A row that nobody dropped: it came through, or waits for a stage."""
    return _told(name, pl.lit(value) if isinstance(value, str) else value, stage, pl.lit(None))


def lost(name: str, value: str, stage: str, reason: pl.Expr) -> pl.Expr:
    """A row that a stage did not keep: its request broke, or else `value`."""
    how = pl.when(reason == FAILED).then(pl.lit(FAILED)).otherwise(pl.lit(value))
    return _told(name, how, stage, reason)


def _told(name: str, value: pl.Expr, stage: str | None, reason: pl.Expr) -> pl.Expr:
    return pl.struct(
        value.alias(name),
        pl.lit(stage, pl.String).alias("stage"),
        reason.cast(pl.String).alias("reason"),
    )
