"""The paper's three questions about a pair, put to the checker once or by majority vote.

The checker sees the document, the title, the question and the answer, and nothing of how they came
about: neither the persona nor the generator's messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webscale_rl_dagster.inference.protocol import Ask, CompletionRequest, Failed, Sampling
from webscale_rl_dagster.inference.structured import Malformed, ask_object
from webscale_rl_dagster.inference.together import together
from webscale_rl_dagster.prompts import schemas as outputs
from webscale_rl_dagster.prompts.library import TemplateName, load_template, on_one_line
from webscale_rl_dagster.storage.tables import Row

_QUESTIONS = ("answer_correct", "answer_leaked", "self_contained")

_TRIES = 3
"""Of one vote; each takes a seed of its own, so that votes stand this far apart."""
_TEMPERATURE = 0.7


@dataclass(frozen=True, slots=True)
class Checked:
    """What the majority of the usable votes says; without a majority, what is against the pair."""

    answer_correct: bool
    answer_leaked: bool
    self_contained: bool
    reason: str
    """Of the first vote that is with the majority on all three, else of the first."""
    votes: int
    """How many were usable; the others were malformed or failed."""
    agreement: float
    """Of the three verdicts the least share, in [0, 1], of votes that are with the majority."""


async def check_pair(pair: Row, ask: Ask, *, votes: int) -> Checked | Malformed | Failed:
    """The first vote is greedy, so that a single one is the same call as ever.

    Failed if a call failed and no more than half of the votes are usable, for asking again may mend
    that; Malformed if all were malformed.
    """
    requests = (_request(pair, sampling) for sampling in _ballots(votes))
    answers = await together(ask_object(ask, request, tries=_TRIES) for request in requests)
    usable = [answer for answer in answers if isinstance(answer, dict)]
    failure = next((answer for answer in answers if isinstance(answer, Failed)), None)
    if failure is not None and len(usable) <= votes / 2:
        return failure
    if usable:
        return _counted(usable)
    return next(answer for answer in answers if isinstance(answer, Malformed))


def _counted(answers: Sequence[Row]) -> Checked:
    ruled = {
        "answer_correct": _most(answers, "answer_correct", True),
        "answer_leaked": not _most(answers, "answer_leaked", False),
        "self_contained": _most(answers, "self_contained", True),
    }
    with_majority = (
        answer for answer in answers if all(answer[name] is ruled[name] for name in _QUESTIONS)
    )
    return Checked(
        **ruled,
        reason=next(with_majority, answers[0])["reason"],
        votes=len(answers),
        agreement=min(_share(answers, name, ruled[name]) for name in _QUESTIONS),
    )


def _most(answers: Sequence[Row], name: str, value: bool) -> bool:
    return _share(answers, name, value) > 0.5


def _share(answers: Sequence[Row], name: str, value: bool) -> float:
    return sum(answer[name] is value for answer in answers) / len(answers)


def _ballots(votes: int) -> list[Sampling]:
    first = Sampling(max_tokens=160)
    further = (
        Sampling(max_tokens=160, temperature=_TEMPERATURE, seed=_TRIES * vote)
        for vote in range(1, votes)
    )
    return [first, *further]


def checker_request(
    pair: Row, name: TemplateName, sampling: Sampling, schema: outputs.Schema, **fields: str
) -> CompletionRequest:
    """A call of the checker about a pair; `fields` are the template's own, beside the pair's."""
    template = load_template(name)
    return CompletionRequest(
        messages=template.render(
            document=pair["text"],
            title=pair["title"],
            question=on_one_line(pair["question"]),
            answer=on_one_line(pair["answer"]),
            **fields,
        ),
        sampling=sampling,
        template=template.ref,
        role="checker",
        document_id=pair["document_id"],
        qa_id=pair["qa_id"],
        schema=schema,
    )


def _request(pair: Row, sampling: Sampling) -> CompletionRequest:
    return checker_request(pair, "check", sampling, outputs.checker_schema())
