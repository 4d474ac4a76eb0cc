"""The pairs and candidates of a shard, and what became of each."""

from __future__ import annotations

import polars as pl

from webscale_rl_dagster.schemas import BROKEN
from webscale_rl_dagster.search.outcomes import lost, outcome
from webscale_rl_dagster.search.reading import ShardTables

_CANDIDATE = (
    "qa_id",
    "document_id",
    "question",
    "answer",
    "persona",
    "domain",
    "style",
    "kept",
    "reason",
)
_FATE = (
    ("candidate_qa", "kept", "reason"),
    ("checked_qa", "checked_qa", "checked_qa_reason"),
    ("verified_qa", "verified_qa", "verified_qa_reason"),
)
"""Stages with the columns of the joined rows that hold what each did."""


def pair_rows(tables: ShardTables, *, is_open: bool) -> pl.DataFrame:
    """A row for each of `candidate_qa`, in its order.

    `status` is told in docs/audit.md; `stage` is the one that rejected the pair, that its request
    broke at, or that it waits for.
    """
    checked = _outcome(tables, "checked_qa", "answer_type", "verdicts")
    verified = _outcome(tables, "verified_qa")
    documents = tables.frame("raw_documents", ("document_id", "title", "licence", "kept"))
    sources = documents.filter("kept").drop("kept").unique("document_id", keep="first")
    joined = (
        tables.frame("candidate_qa", _CANDIDATE)
        .with_columns(pl.col("kept").fill_null(False))
        .join(checked, on="qa_id", how="left", maintain_order="left")
        .join(verified, on="qa_id", how="left", maintain_order="left")
        .join(sources, on="document_id", how="left", maintain_order="left")
    )
    return joined.with_columns(_status(is_open=is_open), _failed_verdicts(joined)).select(
        "qa_id",
        "document_id",
        "question",
        "answer",
        "persona",
        "domain",
        "style",
        "answer_type",
        "verdict",
        pl.col("status").struct.unnest(),
        pl.lit(None, pl.String).alias("release"),
        "title",
        "licence",
        pl.lit(tables.shard.partition("/")[0]).alias("corpus"),
        pl.lit(tables.shard).alias("shard"),
    )


def _outcome(tables: ShardTables, stage: str, *more: str) -> pl.DataFrame:
    rows = tables.frame(stage, ("qa_id", *more, "kept", "reason")).unique("qa_id", keep="first")
    kept = pl.col("kept").fill_null(False)
    return rows.select("qa_id", *more, kept.alias(stage), pl.col("reason").alias(f"{stage}_reason"))


def _status(*, is_open: bool) -> pl.Expr:
    """Built from the last stage backwards: the first one that lost the pair tells."""
    status = outcome("status", "published" if is_open else "gate_shut")
    for stage, kept, reason in reversed(_FATE):
        status = (
            pl.when(pl.col(kept).is_null())
            .then(outcome("status", "waiting", stage))
            .when(~pl.col(kept))
            .then(lost("status", "rejected", stage, pl.col(reason)))
            .otherwise(status)
        )
    return status.alias("status")


def _failed_verdicts(frame: pl.DataFrame) -> pl.Expr:
    """The names of those that an older version knew, too."""
    verdicts = frame.schema["verdicts"]
    names = [field.name for field in verdicts.fields] if isinstance(verdicts, pl.Struct) else []
    failed = [
        pl.when(pl.col("verdicts").struct.field(name) == BROKEN).then(pl.lit(name))
        for name in names
    ]
    return pl.concat_list(failed).list.drop_nulls().alias("verdict")
