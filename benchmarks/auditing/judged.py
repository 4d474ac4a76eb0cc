"""The verdicts on a synthetic shard's pairs: `checked_qa` and `verified_qa`."""

from __future__ import annotations

import numpy as np
import polars as pl

from benchmarks.auditing.columns import among, whole
from webscale_rl_dagster.schemas import BROKEN, PASSED, TABLES, VERDICTS

MODEL = "example/generator-8b"
ACCEPTED = 0.7
_ASKED = [
    name
    for name in VERDICTS
    if name not in ("open_book_unsolved", "closed_book_solved", "not_unique")
]
_DEFECTS = (
    "answer_leaked", "not_grounded", "model_answer_incorrect", "model_not_self_contained",
    "unresolved_reference", "duplicate_question", "vague", "guessable", "contaminated",
)  # fmt: skip
_TYPES = {
    "phrase": "phrase_match",
    "entity": "normalised_match",
    "number": "numeric",
    "date": "date",
    "unit": "unit",
}


def checked_of(pairs: pl.DataFrame, draw: np.random.Generator) -> pl.DataFrame:
    good = pl.Series("good", draw.random(pairs.height) < ACCEPTED)
    defect = pl.Series("defect", among(_DEFECTS, draw, pairs.height))
    types = pl.Series("answer_type", among(tuple(_TYPES), draw, pairs.height))
    said = [
        pl.when(~pl.col("good") & (pl.col("defect") == name))
        .then(pl.lit(BROKEN))
        .otherwise(pl.lit(PASSED))
        .alias(name)
        if name in _ASKED
        else pl.lit(None, pl.String).alias(name)
        for name in VERDICTS
    ]
    return whole(
        "checked_qa",
        pairs.select(
            "qa_id",
            "document_id",
            good,
            defect,
            types,
            evidence_start="span_start",
            evidence_end="span_end",
        ).with_columns(
            verdicts=pl.struct(said),
            verifier=types.replace_strict(_TYPES),
            profile=pl.lit("default"),
            evidence_kind=pl.lit("exact"),
            answer_aliases=pl.lit([], pl.List(pl.String)),
            decontaminated_against=pl.lit(["ready"], pl.List(pl.String)),
            votes=pl.lit(1),
            agreement=pl.lit(1.0),
            checker_model=pl.lit(MODEL),
            verifier_faults=pl.lit([], pl.List(pl.String)),
            model_reason=pl.lit("right and clear"),
            kept=good,
            reason=pl.when(~good).then(defect),
        ),
    )


def verified_of(candidates: pl.DataFrame, checked: pl.DataFrame, raw: pl.DataFrame) -> pl.DataFrame:
    names = TABLES["verified_qa"].names()
    source = [
        name for name in raw.columns if name in names and name not in ("kept", "reason", "error")
    ]
    joined = (
        checked.filter("kept")
        .join(candidates.drop("document_id", "kept", "reason", "error"), on="qa_id")
        .join(raw.filter("kept").select(source), on="document_id")
    )
    return whole(
        "verified_qa",
        joined.rename({"model": "generator_model"})
        .select(name for name in joined.columns if name in names)
        .with_columns(generator_model=pl.lit(MODEL)),
    )
