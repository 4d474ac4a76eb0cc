"""The canonical record: everything an export, a trainer or an auditor needs of a verified pair."""

from __future__ import annotations

import polars as pl

from webscale_rl_dagster.schemas import TABLES
from webscale_rl_dagster.verification.answer_types import VERIFIERS, aliases, answer_type

_FROM_DOCUMENT = ("document_id", "corpus", "source_uri", "source_row", "url", "title", "licence")


def publish_pairs(
    checked: pl.DataFrame, candidates: pl.DataFrame, documents: pl.DataFrame
) -> pl.DataFrame:
    """One `verified_qa` row per accepted pair; `checked` holds only those."""
    pairs = checked.join(
        candidates.drop("document_id"), on="qa_id", how="left", maintain_order="left"
    ).join(documents.select(_FROM_DOCUMENT), on="document_id", how="left", maintain_order="left")
    types = [
        answer_type(answer, question)
        for answer, question in pairs.select("answer", "question").iter_rows()
    ]
    return pairs.with_columns(
        answer_type=pl.Series(types, dtype=pl.String),
        verifier=pl.Series([VERIFIERS[kind] for kind in types], dtype=pl.String),
        answer_aliases=pl.Series(
            [list(aliases(answer)) for answer in pairs["answer"]], dtype=pl.List(pl.String)
        ),
        generator_model=pl.col("model"),
        kept=pl.lit(True),
        reason=pl.lit(None, pl.String),
        error=pl.lit(None, pl.String),
    ).select(TABLES["verified_qa"].names())
