"""The suite of classified_documents: one of the ten domains, and personas to ask as."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import polars as pl

from webscale_rl_dagster.config import GatesConfig
from webscale_rl_dagster.expectations import claims
from webscale_rl_dagster.expectations.facts import WINDOW, Facts, key
from webscale_rl_dagster.prompts.schemas import DOMAINS

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

IDS = ("document_id", "window", "reason")


def expectations(gates: GatesConfig, facts: Facts) -> list[Expectation]:
    """A classifier that says the same of every document is broken, not consistent."""
    return [
        *claims.reconciled(facts),
        *claims.outcomes(gates),
        claims.unique("key", name="window_unique"),
        claims.one_of("domain", DOMAINS, name="domain_known"),
        claims.every_row("verdict_complete"),
        claims.every_row("personas_distinct"),
        claims.mix(
            "kept_domain",
            name="domain_mix",
            most=gates.max_domain_share,
            min_rows=gates.min_rows_for_mix,
        ),
    ]


def columns(batches: Iterable[pl.DataFrame], facts: Facts) -> pl.DataFrame:
    """The narrow frame that the suite looks at."""
    frame = claims.narrow("classified_documents", batches, _row_claims)
    return frame.with_columns(claims.known(facts))


def _row_claims(frame: pl.DataFrame) -> pl.DataFrame:
    """Two personas alike would ask one thing twice."""
    personas = pl.col("personas")
    blank = pl.element().is_null() | (pl.element().str.strip_chars() == "")
    complete = (personas.list.len() > 0) & ~personas.list.eval(blank).list.any()
    return frame.select(
        claims.few("domain"),
        *claims.outcome_columns(),
        key(*WINDOW).alias("key"),
        claims.holds_if_kept(complete & claims.present(["domain"]), "verdict_complete"),
        claims.holds_if_kept(personas.list.n_unique() == personas.list.len(), "personas_distinct"),
        pl.when("kept").then(claims.few("domain")).alias("kept_domain"),
    )
