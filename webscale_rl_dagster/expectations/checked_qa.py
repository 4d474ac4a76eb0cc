"""The suite of checked_qa: every verdict given and obeyed, by a checker that tells apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import polars as pl

from webscale_rl_dagster.config import GatesConfig
from webscale_rl_dagster.expectations import claims
from webscale_rl_dagster.expectations import verdicts as judged
from webscale_rl_dagster.expectations.facts import Facts, key

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

IDS = ("qa_id", "document_id", "reason")


def expectations(gates: GatesConfig, facts: Facts) -> list[Expectation]:
    """A checker that accepts all or nothing is broken; of a handful of pairs that says little."""
    low, high = gates.acceptance_rate
    return [
        *claims.reconciled(facts),
        *claims.outcomes(gates),
        claims.unique("key", name="qa_id_unique"),
        claims.every_row("verdicts_complete"),
        claims.every_row("verdicts_obeyed"),
        claims.share(
            "kept",
            name="acceptance_rate",
            low=low,
            high=high,
            min_rows=gates.min_rows_for_mix,
        ),
    ]


def columns(batches: Iterable[pl.DataFrame], facts: Facts) -> pl.DataFrame:
    """The narrow frame that the suite looks at."""
    frame = claims.narrow("checked_qa", batches, _row_claims)
    return frame.with_columns(claims.known(facts))


def _row_claims(frame: pl.DataFrame) -> pl.DataFrame:
    """Models' verdicts are due on kept rows and on those that a model, not a rule, dropped."""
    after = pl.col("reason").is_in([*judged.MODEL, *judged.AFTER_MODEL]).fill_null(False)
    due = pl.col("kept").fill_null(True) | after
    complete = judged.given(judged.CERTAIN) & (~due | judged.given(judged.MODEL))
    obeyed = claims.holds_if_kept(judged.accepting(), "obeyed")
    return frame.select(
        *claims.outcome_columns(),
        key("qa_id").alias("key"),
        complete.alias("verdicts_complete"),
        (obeyed & judged.explained()).alias("verdicts_obeyed"),
    )
