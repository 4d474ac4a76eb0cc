"""The suite of candidate_qa: a row per window and persona, and enough of them with a question."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import polars as pl

from webscale_rl_dagster.config import GatesConfig
from webscale_rl_dagster.expectations import claims
from webscale_rl_dagster.expectations.facts import WINDOW, Facts, key

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

IDS = ("qa_id", "document_id", "window", "reason")


def expectations(gates: GatesConfig, facts: Facts) -> list[Expectation]:
    """Known pairs, no pair twice and the count right: every pair has exactly one row."""
    return [
        *claims.reconciled(facts),
        *claims.outcomes(gates),
        claims.unique("qa", name="qa_id_unique"),
        claims.unique("key", name="pair_unique"),
        claims.every_row("id_present"),
        claims.every_row("candidate_complete"),
        claims.every_row("span_ordered"),
        claims.share("kept", name="candidate_share", low=gates.min_candidate_share),
    ]


def columns(batches: Iterable[pl.DataFrame], facts: Facts) -> pl.DataFrame:
    """The narrow frame that the suite looks at."""
    frame = claims.narrow("candidate_qa", batches, _row_claims)
    return frame.with_columns(claims.known(facts))


def _row_claims(frame: pl.DataFrame) -> pl.DataFrame:
    start, end = pl.col("span_start"), pl.col("span_end")
    ordered = (start.is_null() & end.is_null()) | ((start >= 0) & (start < end))
    return frame.select(
        *claims.outcome_columns(),
        key("qa_id").alias("qa"),
        key(*WINDOW, "persona").alias("key"),
        claims.present(["qa_id"]).alias("id_present"),
        claims.holds_if_kept(
            claims.present(["question", "answer", "domain", "model", "prompt_version"]),
            "candidate_complete",
        ),
        claims.holds_if_kept(ordered, "span_ordered"),
    )
