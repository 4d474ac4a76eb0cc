"""The documents of a shard, and what became of each, as `audit.fate` tells it."""

from __future__ import annotations

import polars as pl

from webscale_rl_dagster.lineage.state import ShardState
from webscale_rl_dagster.schemas import STAGES
from webscale_rl_dagster.search.outcomes import lost, outcome
from webscale_rl_dagster.search.reading import ShardTables

_DOCUMENT = (
    "document_id",
    "source_uri",
    "source_row",
    "url",
    "title",
    "licence",
    "corpus",
    "language",
    "kept",
    "reason",
)
_LATER = STAGES[1:]


def document_rows(tables: ShardTables, state: ShardState) -> pl.DataFrame:
    """A row for each of `raw_documents`, in its order, repeats among them.

    `outcome` is told in docs/audit.md, `stage` is `outcome_stage` there, `reason` that of the stage
    which dropped the document. `pairs` counts its candidates, `published` those of them that are.
    """
    rows = tables.frame("raw_documents", _DOCUMENT).with_columns(pl.col("kept").fill_null(False))
    for stage in _LATER:
        rows = rows.join(
            _together(tables, stage), on="document_id", how="left", maintain_order="left"
        )
    found = rows.with_columns(_outcome(tables, state))
    published = pl.col("verified_qa_count") if state.open else pl.lit(0)
    return found.select(
        *_DOCUMENT[:-2],
        pl.col("outcome").struct.unnest(),
        _of_kept(pl.col("candidate_qa_rows")).alias("pairs"),
        _of_kept(published).alias("published"),
        pl.lit(tables.shard).alias("shard"),
    )


def _of_kept(count: pl.Expr) -> pl.Expr:
    return pl.when("kept").then(count.fill_null(0)).otherwise(0)


def _together(tables: ShardTables, stage: str) -> pl.DataFrame:
    """One verdict of a document's rows: kept if any is, else the most frequent reason.

    Of equally frequent reasons it is the first.
    """
    rows = tables.frame(stage, ("document_id", "kept", "reason"))
    kept = pl.col("kept").fill_null(False)
    reason = pl.col("reason").filter(~kept)
    return rows.group_by("document_id").agg(
        kept.any().alias(stage),
        reason.mode(maintain_order=True).first().alias(f"{stage}_reason"),
        pl.len().alias(f"{stage}_rows"),
        kept.sum().alias(f"{stage}_count"),
    )


def _outcome(tables: ShardTables, state: ShardState) -> pl.Expr:
    """Built from the last stage backwards: the first one that keeps nothing of it tells."""
    told = outcome("outcome", "published" if state.open else "gate_shut")
    for stage in reversed(_LATER):
        absent = "gate_shut" if state.failed else "waiting"
        told = (
            pl.when(pl.col(stage).is_null())
            .then(outcome("outcome", "out_of_date" if tables.has(stage) else absent, stage))
            .when(~pl.col(stage))
            .then(lost("outcome", "dropped", stage, pl.col(f"{stage}_reason")))
            .otherwise(told)
        )
    repeat = lost("outcome", "dropped", "raw_documents", pl.col("reason"))
    return pl.when("kept").then(told).otherwise(repeat).alias("outcome")
