"""The columns of every table, checked at each write. The contract of the whole pipeline.

Text is stored once, in `raw_documents`; later tables carry ids and verdicts. A repeated document
is a row there too, dropped as `duplicate_document`, with a null text: the kept row of the same
`document_id` holds it. One that nearly repeats another is dropped as `near_duplicate_document` and
keeps its text, which is nowhere else. Both name the kept document in `duplicate_of`. Every stage
table has one row per input row, with what became of it in `kept`, `reason` and `error`:

    kept                          goes on to the next stage
    not kept, reason              dropped, by a stable snake_case token
    not kept, reason, error       failed: the reason is `failed`, the error says how

A document that was removed for good is a row too, dropped as `removed`, without title and metadata:
in the shard that held it with its text until that is purged, in later ones without.

A release's tables hold published pairs (`dataset_release`), those it left out (`release_dropped`),
documents removed from its shards (`release_removed`) and how it differs from the release before
(`release_changes`).
"""

from __future__ import annotations

import polars as pl

from webscale_rl_dagster.errors import SchemaError

FAILED = "failed"

STAGES = (
    "raw_documents",
    "filtered_documents",
    "classified_documents",
    "candidate_qa",
    "checked_qa",
    "verified_qa",
)
"""The tables in the order of the funnel; each is an asset of the same name."""

ASKING = ("filtered_documents", "classified_documents", "candidate_qa", "checked_qa")
"""The stages that ask a model."""

_OUTCOME = {"kept": pl.Boolean(), "reason": pl.String(), "error": pl.String()}
_TIME = pl.Datetime("us", "UTC")

_SOURCE = {
    "corpus": pl.String(),
    "source_uri": pl.String(),
    "source_row": pl.Int64(),
    "url": pl.String(),
    "title": pl.String(),
    "licence": pl.String(),
}

_WINDOW = {
    "window": pl.Int32(),
    "window_start": pl.Int64(),
    "window_end": pl.Int64(),
}
"""Which part of the document a row is about, by character offsets; window 0 is all of a document
that fits the models' windows."""

_CONTAMINATION = pl.Struct(
    {
        "benchmark": pl.String(),
        "split": pl.String(),
        "item": pl.Int64(),
        "field": pl.String(),
        "text": pl.String(),
        "score": pl.Float32(),
    }
)
"""The benchmark item that was found, and the passage of ours, `text`, that shows it."""

VERDICTS = (
    "answer_empty",
    "answer_too_long",
    "answer_vague",
    "broken_latex",
    "prompt_injection",
    "wrong_language",
    "not_a_question",
    "several_questions",
    "yes_no",
    "either_or",
    "guessable",
    "vague",
    "references_document",
    "unresolved_reference",
    "time_sensitive",
    "personal_data",
    "toxic",
    "unsafe",
    "answer_leaked",
    "not_grounded",
    "question_not_grounded",
    "echoes_title",
    "duplicate_question",
    "contaminated",
    "verifier_unsound",
    "model_answer_incorrect",
    "model_answer_leaked",
    "model_not_self_contained",
    "open_book_unsolved",
    "closed_book_solved",
    "not_unique",
    "near_duplicate",
)
"""Every defect that a pair is judged by, in the order of judging; each is a field of `verdicts`.
The first ones, up to `echoes_title`, are the rules of `verification.rules`."""

PASSED = "passed"
BROKEN = "failed"
"""What a verdict says of its defect; null: it was not asked."""

_VERDICTS = pl.Struct({name: pl.String() for name in VERDICTS})

_JUDGED = {
    "profile": pl.String(),
    "verdicts": _VERDICTS,
    "evidence_start": pl.Int64(),
    "evidence_end": pl.Int64(),
    "evidence_kind": pl.String(),
    "answer_type": pl.String(),
    "verifier": pl.String(),
    "answer_aliases": pl.List(pl.String()),
    "decontaminated_against": pl.List(pl.String()),
    "votes": pl.Int32(),
    "agreement": pl.Float64(),
    "open_book_rate": pl.Float64(),
    "closed_book_rate": pl.Float64(),
    "checker_model": pl.String(),
    "prober_model": pl.String(),
}
"""What `checked_qa` says of a pair and a published one keeps."""

_CANDIDATE = {
    "qa_id": pl.String(),
    "document_id": pl.String(),
    **_WINDOW,
    "persona": pl.String(),
    "domain": pl.String(),
    "sample": pl.Int32(),
    "tries": pl.Int32(),
    "question": pl.String(),
    "answer": pl.String(),
    "style": pl.String(),
    "span_start": pl.Int64(),
    "span_end": pl.Int64(),
    "demonstrations": pl.List(pl.String()),
    "round_trip": pl.String(),
    "model": pl.String(),
    "prompt_version": pl.String(),
}

_PUBLISHED = {
    "qa_id": pl.String(),
    "question": pl.String(),
    "answer": pl.String(),
    "style": pl.String(),
    "domain": pl.String(),
    "persona": pl.String(),
    "document_id": pl.String(),
    **_SOURCE,
    **_JUDGED,
    "round_trip": pl.String(),
    "generator_model": pl.String(),
    "prompt_version": pl.String(),
}
"""All that is published of a pair."""

TABLES: dict[str, pl.Schema] = {
    "raw_documents": pl.Schema(
        {
            "document_id": pl.String(),
            "text": pl.String(),
            **_SOURCE,
            "language": pl.String(),
            "metadata": pl.String(),
            "ingested_at": _TIME,
            "duplicate_of": pl.String(),
            "minhash": pl.Binary(),
            **_OUTCOME,
        }
    ),
    "filtered_documents": pl.Schema(
        {
            "document_id": pl.String(),
            **_WINDOW,
            "tokens": pl.Int64(),
            "language": pl.String(),
            "contamination": _CONTAMINATION,
            "model_reason": pl.String(),
            **_OUTCOME,
        }
    ),
    "classified_documents": pl.Schema(
        {
            "document_id": pl.String(),
            **_WINDOW,
            "domain": pl.String(),
            "domain_by": pl.String(),
            "personas": pl.List(pl.String()),
            "model_reason": pl.String(),
            **_OUTCOME,
        }
    ),
    "candidate_qa": pl.Schema({**_CANDIDATE, **_OUTCOME}),
    "checked_qa": pl.Schema(
        {
            "qa_id": pl.String(),
            "document_id": pl.String(),
            **_JUDGED,
            "verifier_faults": pl.List(pl.String()),
            "contamination": _CONTAMINATION,
            "model_reason": pl.String(),
            "rivals": pl.List(pl.String()),
            "duplicate_of": pl.String(),
            **_OUTCOME,
        }
    ),
    "verified_qa": pl.Schema({**_PUBLISHED, **_OUTCOME}),
    "dataset_release": pl.Schema({**_PUBLISHED, "split": pl.String(), "shard": pl.String()}),
    "release_dropped": pl.Schema(
        {
            "qa_id": pl.String(),
            "document_id": pl.String(),
            "shard": pl.String(),
            "reason": pl.String(),
            "duplicate_of": pl.String(),
            "contamination": _CONTAMINATION,
        }
    ),
    "release_removed": pl.Schema(
        {
            "document_id": pl.String(),
            "qa_ids": pl.List(pl.String()),
            "kind": pl.String(),
            "reason": pl.String(),
            "removed_at": pl.String(),
        }
    ),
    "release_changes": pl.Schema(
        {"qa_id": pl.String(), "change": pl.String(), "reason": pl.String()}
    ),
    "quarantine": pl.Schema(
        {
            "corpus": pl.String(),
            "source_uri": pl.String(),
            "position": pl.Int64(),
            "reason": pl.String(),
            "detail": pl.String(),
            "quarantined_at": _TIME,
        }
    ),
}


def conform(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with its contract's columns in order; SchemaError names what differs."""
    schema = TABLES[table]
    missing = schema.keys() - frame.schema.keys()
    extra = frame.schema.keys() - schema.keys()
    wrong = {
        name: f"{frame.schema[name]} for {dtype}"
        for name, dtype in schema.items()
        if name in frame.schema and frame.schema[name] not in (dtype, pl.Null)
    }
    if missing or extra or wrong:
        raise SchemaError(
            f"{table}: missing columns {sorted(missing)}, unknown columns {sorted(extra)}, "
            f"wrong types {wrong}"
        )
    return frame.select(pl.col(name).cast(dtype) for name, dtype in schema.items())


def frame_of(table: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    """A frame of one table from its rows; keys that a row leaves out are null."""
    return pl.DataFrame(rows, schema=TABLES[table])
