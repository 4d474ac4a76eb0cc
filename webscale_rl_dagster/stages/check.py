"""Judges candidates: certain rules first, then the paper's three questions to a model.

A candidate that breaks a rule is never sent to the model. Every verdict is a column.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from webscale_rl_dagster.inference.dispatch import Dispatcher
from webscale_rl_dagster.inference.protocol import CompletionRequest, Sampling
from webscale_rl_dagster.inference.structured import ask_object
from webscale_rl_dagster.prompts import schemas as outputs
from webscale_rl_dagster.prompts.library import load_template
from webscale_rl_dagster.schemas import frame_of
from webscale_rl_dagster.stages.outcome import KEPT, Outcome, dropped, unanswered
from webscale_rl_dagster.verification.candidate import Candidate
from webscale_rl_dagster.verification.duplicates import duplicate_questions
from webscale_rl_dagster.verification.rules import judge

Row = dict[str, Any]
DUPLICATE = "duplicate_question"


async def check_candidates(
    candidates: pl.DataFrame, documents: pl.DataFrame, dispatcher: Dispatcher
) -> pl.DataFrame:
    """One `checked_qa` row per candidate. `documents` holds document_id, text and title."""
    joined = candidates.join(documents, on="document_id", how="left", maintain_order="left")
    marked = joined.with_columns(repeats=_repeats(joined))

    async def check(candidate: Row) -> Row:
        return await _check(candidate, dispatcher)

    rows = [row async for row in dispatcher.in_order(check, marked.iter_rows(named=True))]
    return frame_of("checked_qa", rows)


def _repeats(candidates: pl.DataFrame) -> pl.Series:
    """Whether an earlier candidate of the same document asks the same."""
    repeats = [False] * candidates.height
    places = candidates.with_row_index().group_by("document_id", maintain_order=True)
    for _, group in places:
        found = duplicate_questions(group["question"].to_list(), group["answer"].to_list())
        for place, repeated in zip(group["index"], found, strict=True):
            repeats[place] = repeated
    return pl.Series(repeats, dtype=pl.Boolean)


async def _check(candidate: Row, dispatcher: Dispatcher) -> Row:
    verdicts = judge(
        Candidate(
            question=candidate["question"],
            answer=candidate["answer"],
            document=candidate["text"],
            title=candidate["title"] or "",
            style=candidate["style"],
        )
    )
    failed = [*verdicts.failed, *([DUPLICATE] if candidate["repeats"] else [])]
    start, end = verdicts.evidence or (None, None)
    row: Row = {
        "qa_id": candidate["qa_id"],
        "document_id": candidate["document_id"],
        "rules_failed": failed,
        "evidence_start": start,
        "evidence_end": end,
        "evidence_kind": verdicts.evidence_kind,
        "checker_model": dispatcher.engine.identity.model,
    }
    if failed:
        return row | dropped(failed[0])
    answer = await ask_object(dispatcher.complete, _request(candidate))
    if not isinstance(answer, dict):
        return row | unanswered(answer)
    row |= {name: answer[name] for name in ("answer_correct", "answer_leaked", "self_contained")}
    row["model_reason"] = answer["reason"]
    return row | _judged(answer)


def _judged(answer: Row) -> Outcome:
    """The paper's conjunction: correct, not leaked, with its context."""
    if not answer["answer_correct"]:
        return dropped("model_answer_incorrect")
    if answer["answer_leaked"]:
        return dropped("model_answer_leaked")
    if not answer["self_contained"]:
        return dropped("model_not_self_contained")
    return KEPT


def _request(candidate: Row) -> CompletionRequest:
    template = load_template("check")
    return CompletionRequest(
        messages=template.render(
            document=candidate["text"],
            title=candidate["title"] or "",
            question=candidate["question"],
            answer=candidate["answer"],
        ),
        sampling=Sampling(max_tokens=160),
        template=template.ref,
        role="checker",
        document_id=candidate["document_id"],
        qa_id=candidate["qa_id"],
        schema=outputs.checker_schema(),
    )
