"""Judges candidates: certain rules first, then the paper's three questions to a model.

A candidate that breaks a rule is never sent to the model. Every verdict is a column.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from webscale_rl_dagster.inference.dispatch import Dispatcher
from webscale_rl_dagster.inference.protocol import CompletionRequest, Sampling
from webscale_rl_dagster.inference.structured import ask_object
from webscale_rl_dagster.prompts import schemas as outputs
from webscale_rl_dagster.prompts.library import load_template
from webscale_rl_dagster.stages.documents import in_document, with_windows
from webscale_rl_dagster.stages.outcome import KEPT, Outcome, dropped, unanswered
from webscale_rl_dagster.storage.tables import Row
from webscale_rl_dagster.verification.candidate import Candidate
from webscale_rl_dagster.verification.duplicates import duplicate_questions
from webscale_rl_dagster.verification.rules import judge

DUPLICATE = "duplicate_question"
_VERDICTS = ("answer_correct", "answer_leaked", "self_contained")


def check_candidates(
    candidates: Iterable[Row], documents: Iterable[Row], dispatcher: Dispatcher
) -> AsyncIterator[Row]:
    """One `checked_qa` row per kept candidate, in their order."""

    async def check(candidate: Row) -> Row:
        return await _check(candidate, dispatcher)

    marked = with_windows(_mark_repeats(candidates), documents, table="candidate_qa")
    return dispatcher.in_order(check, marked)


def _mark_repeats(candidates: Iterable[Row]) -> Iterator[Row]:
    """Whether an earlier candidate of the same document, of any of its windows, asks the same."""
    for _, group in groupby(candidates, key=itemgetter("document_id")):
        rows = list(group)
        found = duplicate_questions(
            [row["question"] for row in rows], [row["answer"] for row in rows]
        )
        for row, repeats in zip(rows, found, strict=True):
            yield row | {"repeats": repeats}


async def _check(candidate: Row, dispatcher: Dispatcher) -> Row:
    verdicts = judge(
        Candidate(
            question=candidate["question"],
            answer=candidate["answer"],
            document=candidate["text"],
            title=candidate["title"],
            style=candidate["style"],
        )
    )
    failed = [*verdicts.failed, *([DUPLICATE] if candidate["repeats"] else [])]
    start, end = in_document(verdicts.evidence, candidate)
    row: Row = {
        "qa_id": candidate["qa_id"],
        "document_id": candidate["document_id"],
        "rules_failed": failed,
        "evidence_start": start,
        "evidence_end": end,
        "evidence_kind": verdicts.evidence_kind,
        **dict.fromkeys(_VERDICTS),
        "model_reason": None,
        "checker_model": dispatcher.engine.identity.model,
    }
    if failed:
        return row | dropped(failed[0])
    answer = await ask_object(dispatcher.complete, _request(candidate))
    if not isinstance(answer, dict):
        return row | unanswered(answer)
    row |= {name: answer[name] for name in _VERDICTS}
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
            title=candidate["title"],
            question=_on_one_line(candidate["question"]),
            answer=_on_one_line(candidate["answer"]),
        ),
        sampling=Sampling(max_tokens=160),
        template=template.ref,
        role="checker",
        document_id=candidate["document_id"],
        qa_id=candidate["qa_id"],
        schema=outputs.checker_schema(),
    )


def _on_one_line(text: str) -> str:
    """Without what could end its quotation in the prompt."""
    return " ".join(text.split()).replace('"', "'")
