"""The suite of raw_documents: identity is content, and no text goes on twice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import polars as pl

from webscale_rl_dagster.config import GatesConfig
from webscale_rl_dagster.corpora.known import DUPLICATE, NEAR_DUPLICATE
from webscale_rl_dagster.corpora.removed import REMOVED
from webscale_rl_dagster.expectations import claims
from webscale_rl_dagster.expectations.facts import Facts, key
from webscale_rl_dagster.identity import document_id

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

IDS = ("document_id", "reason")
REPEATS = (DUPLICATE, NEAR_DUPLICATE)


def expectations(gates: GatesConfig, facts: Facts) -> list[Expectation]:
    """Duplicates may lie here as dropped rows; what goes on is unique.

    Nothing upstream says how many rows there must be, and a shard may have been emptied by
    removals, so no rows are sound too.
    """
    return [
        *claims.outcomes(gates),
        claims.unique("kept_id", name="document_id_unique"),
        claims.every_row("text_present"),
        claims.every_row("id_is_content"),
        claims.every_row("survivor_named"),
        claims.every_row("removed_is_bare"),
        claims.every_row("source_named"),
        claims.every_row("licence_present", severity="warning"),
    ]


def columns(batches: Iterable[pl.DataFrame], facts: Facts) -> pl.DataFrame:
    """The narrow frame that the suite looks at; the text itself stays out of it."""
    return claims.narrow("raw_documents", batches, _row_claims)


def _row_claims(frame: pl.DataFrame) -> pl.DataFrame:
    repeats = pl.col("reason").is_in(REPEATS).fill_null(False)
    removed = (pl.col("reason") == REMOVED).fill_null(False)
    bare = pl.col("title").is_null() & pl.col("metadata").is_null()
    content = pl.col("text").map_elements(document_id, return_dtype=pl.String)
    return frame.select(
        *claims.outcome_columns(),
        pl.when("kept").then(key("document_id")).alias("kept_id"),
        claims.holds_if_kept(claims.present(["text"]), "text_present"),
        claims.holds_if_kept(content == pl.col("document_id"), "id_is_content"),
        (removed | (repeats == pl.col("duplicate_of").is_not_null())).alias("survivor_named"),
        (~removed | bare).alias("removed_is_bare"),
        claims.holds_if_kept(
            claims.present(["corpus", "source_uri"]) & pl.col("source_row").is_not_null(),
            "source_named",
        ),
        claims.holds_if_kept(claims.present(["licence"]), "licence_present"),
    )
