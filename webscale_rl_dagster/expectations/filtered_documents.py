"""The suite of filtered_documents: a shard whose documents are mostly unfit is not worth a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from webscale_rl_dagster.config import GatesConfig
from webscale_rl_dagster.expectations import claims
from webscale_rl_dagster.expectations.facts import Facts

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

IDS = ("document_id", "reason")


def expectations(gates: GatesConfig, facts: Facts) -> list[Expectation]:
    """`kept_share` is what refuses a bad shard: boilerplate, markup, another language."""
    return [
        *claims.reconciled(facts),
        *claims.outcomes(gates),
        claims.unique("document_id", name="document_id_unique"),
        claims.every_row("verdict_complete"),
        claims.share("kept", name="kept_share", low=gates.min_kept_documents),
    ]


def columns(frame: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """The narrow frame that the suite looks at."""
    return frame.select(
        "document_id",
        *claims.outcome_columns(),
        claims.known(pl.col("document_id"), facts),
        claims.holds_if_kept(pl.col("tokens") > 0, "verdict_complete"),
    )
