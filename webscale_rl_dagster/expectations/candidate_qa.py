"""The suite of candidate_qa: a row per document and persona, and enough of them with a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from webscale_rl_dagster.config import GatesConfig
from webscale_rl_dagster.expectations import claims
from webscale_rl_dagster.expectations.facts import Facts, pair_key

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

IDS = ("qa_id", "document_id", "reason")


def expectations(gates: GatesConfig, facts: Facts) -> list[Expectation]:
    """Known pairs, no pair twice and the count right: every pair has exactly one row."""
    return [
        *claims.reconciled(facts),
        *claims.outcomes(gates),
        claims.unique("qa_id", name="qa_id_unique"),
        claims.unique("pair", name="pair_unique"),
        claims.every_row("id_present"),
        claims.every_row("candidate_complete"),
        claims.every_row("span_ordered"),
        claims.share("kept", name="candidate_share", low=gates.min_candidate_share),
    ]


def columns(frame: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """The narrow frame that the suite looks at."""
    pair = pair_key(pl.col("document_id"), pl.col("persona"))
    start, end = pl.col("span_start"), pl.col("span_end")
    ordered = (start.is_null() & end.is_null()) | ((start >= 0) & (start < end))
    return frame.select(
        "qa_id",
        "document_id",
        pair.alias("pair"),
        *claims.outcome_columns(),
        claims.known(pair, facts),
        claims.present(["qa_id"]).alias("id_present"),
        claims.holds_if_kept(
            claims.present(["question", "answer", "domain", "model", "prompt_version"]),
            "candidate_complete",
        ),
        claims.holds_if_kept(ordered, "span_ordered"),
    )
