"""The suite of filtered_documents: a shard whose documents are mostly unfit is not worth a call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import polars as pl

from webscale_rl_dagster.config import GatesConfig
from webscale_rl_dagster.expectations import claims
from webscale_rl_dagster.expectations.facts import Facts, key

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

IDS = ("document_id", "window", "reason")


def expectations(gates: GatesConfig, facts: Facts) -> list[Expectation]:
    """`kept_share` is what refuses a bad shard: boilerplate, markup, another language."""
    return [
        *claims.reconciled(facts, rows="first_window"),
        *claims.outcomes(gates),
        claims.unique("part", name="window_unique"),
        claims.every_row("windows_tile"),
        claims.every_row("verdict_complete"),
        claims.every_row("kept_clean"),
        claims.every_row("contamination_shown"),
        claims.share("kept", name="kept_share", low=gates.min_kept_documents),
    ]


def columns(batches: Iterable[pl.DataFrame], facts: Facts) -> pl.DataFrame:
    """The narrow frame that the suite looks at.

    Upstream are documents: a document's rows here are its windows, one after another, and the
    first of them stands for it.
    """
    frame = claims.narrow("filtered_documents", batches, _row_claims)
    return frame.with_columns(claims.known(facts), _tiling(frame, facts))


def _row_claims(frame: pl.DataFrame) -> pl.DataFrame:
    shown = claims.present(["benchmark", "text"])
    return frame.with_columns(pl.col("contamination").struct.field("benchmark", "text")).select(
        *claims.outcome_columns(),
        "window",
        "window_start",
        "window_end",
        key("document_id").alias("key"),
        key("document_id", "window").alias("part"),
        (pl.col("window") == 0).fill_null(False).alias("first_window"),
        claims.holds_if_kept(pl.col("tokens") > 0, "verdict_complete"),
        claims.holds_if_kept(pl.col("contamination").is_null(), "kept_clean"),
        (shown | (pl.col("reason") != "contaminated").fill_null(True)).alias("contamination_shown"),
    )


def _tiling(frame: pl.DataFrame, facts: Facts) -> pl.Series:
    """Whether each window starts where the one before it ended, and the last ends the text."""
    upstream = pl.DataFrame(schema={"key": pl.UInt64(), "characters": pl.Int64()})
    if facts.upstream is not None:
        upstream = facts.upstream.unique("key")
    number, start, end = pl.col("window"), pl.col("window_start"), pl.col("window_end")
    begins = (number == 0) & (start == 0)
    same = pl.col("key") == pl.col("key").shift(1)
    follows = same & (number == number.shift(1) + 1) & (start == end.shift(1))
    goes_on = (same & (number > 0)).shift(-1).fill_null(False)
    ends = pl.col("characters").is_null() | (end == pl.col("characters"))
    tiles = (begins | follows.fill_null(False)) & (start < end) & (goes_on | ends)
    joined = frame.join(upstream, on="key", how="left", maintain_order="left")
    return joined.select(tiles.fill_null(False).alias("windows_tile"))["windows_tile"]
