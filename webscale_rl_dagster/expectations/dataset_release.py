"""The suite of dataset_release: what holds of a dataset as a whole, and that it is what it says."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from webscale_rl_dagster.config import GatesConfig
from webscale_rl_dagster.corpora.removed import Removed
from webscale_rl_dagster.expectations import claims
from webscale_rl_dagster.expectations import verdicts as judged
from webscale_rl_dagster.expectations.facts import key
from webscale_rl_dagster.expectations.release_facts import ReleaseFacts
from webscale_rl_dagster.prompts.schemas import DOMAINS
from webscale_rl_dagster.releases.removals import are_removed
from webscale_rl_dagster.verification.answer_types import VERIFIERS

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

IDS = ("qa_id", "document_id")
_DRIFTING = ("domain", "answer_type", "style")


def expectations(gates: GatesConfig, facts: ReleaseFacts) -> list[Expectation]:
    """Rows as published, each once, no document in two splits, and no mix that has collapsed."""
    mixes = {"domain": gates.max_domain_share, "answer_type": gates.max_answer_type_share}
    return [
        claims.every_row("files_as_stated"),
        claims.every_row("split_as_stated"),
        claims.unique("key", name="qa_id_unique"),
        claims.every_row("document_in_one_split"),
        claims.every_row("document_not_removed"),
        claims.every_row("pair_present"),
        claims.every_row("verdicts_accepting"),
        claims.every_row("verifier_named"),
        claims.every_row("source_named"),
        claims.every_row("licence_present", severity="warning"),
        claims.one_of("domain", DOMAINS, name="domain_known"),
        *(
            claims.mix(kind, name=f"{kind}_mix", most=most, min_rows=gates.min_rows_for_mix)
            for kind, most in mixes.items()
        ),
        *(
            claims.drift(
                kind,
                name=f"{kind}_drift",
                before=facts.before[kind],
                most=gates.max_drift,
                min_rows=gates.min_rows_for_mix,
            )
            for kind in _DRIFTING
            if kind in facts.before
        ),
    ]


def columns(batches: Iterable[pl.DataFrame], facts: ReleaseFacts) -> pl.DataFrame:
    """The narrow frame that the suite looks at; questions and answers stay out of it."""
    frame = claims.narrow("dataset_release", batches, partial(_row_claims, facts.removed))
    stated = pl.DataFrame(
        {"split": list(facts.splits), "rows": list(facts.splits.values())},
        schema={"split": pl.String(), "rows": pl.Int64()},
    )
    whole = frame.height == sum(facts.splits.values())
    found = frame.select(pl.col("split").cast(pl.String()), pl.len().over("split").alias("found"))
    right = found.join(stated, on="split", how="left", maintain_order="left")
    return frame.with_columns(
        pl.lit(facts.files_as_stated).alias("files_as_stated"),
        split_as_stated=whole & (right["found"] == right["rows"]).fill_null(False),
        document_in_one_split=pl.col("split").n_unique().over("document") == 1,
    )


def _row_claims(removed: Removed, frame: pl.DataFrame) -> pl.DataFrame:
    known = pl.col("answer_type").is_in(list(VERIFIERS)).fill_null(False)
    return frame.select(
        claims.few("split"),
        claims.few("domain"),
        claims.few("answer_type"),
        claims.few("style"),
        key("qa_id").alias("key"),
        key("document_id").alias("document"),
        (~are_removed(frame, removed)).alias("document_not_removed"),
        claims.present(["question", "answer"]).alias("pair_present"),
        judged.accepting().alias("verdicts_accepting"),
        (known & claims.present(["verifier"])).alias("verifier_named"),
        claims.present(["qa_id", "corpus", "source_uri", "document_id"]).alias("source_named"),
        claims.present(["licence"]).alias("licence_present"),
    )
