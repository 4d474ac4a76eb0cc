"""Attempts at a pair's question, with its document and without, scored by its own verifier.

What is not solved with the document at hand is broken rather than hard, and what is solved every
time without it teaches nothing. A differing answer that attempts with the document agree on is a
rival: if the checker finds it right as well, the question has two answers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from webscale_rl_dagster.config import ProbesConfig
from webscale_rl_dagster.inference.protocol import (
    Ask,
    Completion,
    CompletionRequest,
    Failed,
    Sampling,
    TemplateRef,
)
from webscale_rl_dagster.inference.together import together
from webscale_rl_dagster.prompts.library import load_template, on_one_line
from webscale_rl_dagster.rewards import score
from webscale_rl_dagster.rewards.extraction import final_answers
from webscale_rl_dagster.stages.rivals import confident_rivals, is_unique
from webscale_rl_dagster.storage.tables import Row

T = TypeVar("T")

MAX_TOKENS = 512
"""Of an attempt; one that is cut off before it has answered is not solved."""

_SCORING = ThreadPoolExecutor(max_workers=1, thread_name_prefix="scoring")
"""Formulas may take half a second each, for which no other pair's calls should wait. It is one
thread for all pairs, for the computer algebra is not known to be safe in several."""


@dataclass(frozen=True, slots=True)
class Probed:
    """What attempts at a pair showed; the rates are shares, in [0, 1], of the usable attempts."""

    open_book_rate: float
    closed_book_rate: float
    rivals: tuple[str, ...]
    """The differing answers that were put to the checker, most frequent first."""
    unique: bool
    """Whether none of them is right as well. True without any, and where `open_book_rate` is below
    the least that is asked for: the pair is refused for that already."""


@dataclass(frozen=True, slots=True)
class _Attempt:
    right: bool
    answer: str
    """Empty if the response gives none."""


async def probe_pair(
    pair: Row, *, ask_prober: Ask, ask_checker: Ask, settings: ProbesConfig
) -> Probed | Failed:
    """Failed if all attempts of a kind failed, or a call about a rival that decides."""
    openly, closed = _with_document(pair, settings), _without_document(pair, settings)
    scored: dict[tuple[str, ...], bool] = {}
    attempts = await together(
        _attempt(pair, request, ask_prober, scored) for request in (*openly, *closed)
    )
    seen, unseen = _usable(attempts[: len(openly)]), _usable(attempts[len(openly) :])
    if isinstance(seen, Failed):
        return seen
    if isinstance(unseen, Failed):
        return unseen
    found, known = _rate(seen), _rate(unseen)
    if found < settings.min_open_book:
        return Probed(found, known, rivals=(), unique=True)
    wrong = [attempt.answer for attempt in seen if not attempt.right]
    right = len(seen) - len(wrong)
    rivals = await _aside(
        partial(confident_rivals, pair, wrong, right=right, share=settings.rival_share)
    )
    unique = await is_unique(pair, rivals, ask_checker)
    return unique if isinstance(unique, Failed) else Probed(found, known, rivals, unique)


async def _aside(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_SCORING, work)


async def _attempt(
    pair: Row, request: CompletionRequest, ask: Ask, scored: dict[tuple[str, ...], bool]
) -> _Attempt | Failed:
    completion = await ask(request)
    if isinstance(completion, Failed):
        return completion
    return await _aside(partial(_scored, pair, _finished(completion), scored))


def _scored(pair: Row, response: str, known: dict[tuple[str, ...], bool]) -> _Attempt:
    """`known`: by final answers, which are all of a response that is scored, who is right."""
    answers = final_answers(response)
    if answers not in known:
        right = score(
            response,
            pair["answer"],
            answer_type=pair["answer_type"],
            aliases=pair["answer_aliases"],
            question=pair["question"],
        )
        known[answers] = right == 1.0
    return _Attempt(known[answers], answers[-1] if answers else "")


def _finished(completion: Completion) -> str:
    """Nothing of a thought that was cut off; an answer that rambling follows is one."""
    cut_off = completion.finish_reason == "length"
    return "" if cut_off and "</answer>" not in completion.text.lower() else completion.text


def _usable(attempts: Sequence[_Attempt | Failed]) -> list[_Attempt] | Failed:
    usable = [attempt for attempt in attempts if isinstance(attempt, _Attempt)]
    failures = (attempt for attempt in attempts if isinstance(attempt, Failed))
    return usable or next(failures)


def _rate(attempts: Sequence[_Attempt]) -> float:
    return sum(attempt.right for attempt in attempts) / len(attempts)


def _with_document(pair: Row, settings: ProbesConfig) -> list[CompletionRequest]:
    template = load_template("probe_open")
    messages = template.render(
        document=pair["text"], title=pair["title"], question=on_one_line(pair["question"])
    )
    return _requests(pair, messages, template.ref, settings)


def _without_document(pair: Row, settings: ProbesConfig) -> list[CompletionRequest]:
    template = load_template("probe_closed")
    messages = template.render_alone(question=on_one_line(pair["question"]))
    return _requests(pair, messages, template.ref, settings)


def _requests(
    pair: Row,
    messages: tuple[Mapping[str, str], ...],
    template: TemplateRef,
    settings: ProbesConfig,
) -> list[CompletionRequest]:
    temperature = settings.temperature if settings.samples > 1 else 0.0
    return [
        CompletionRequest(
            messages=messages,
            sampling=Sampling(max_tokens=MAX_TOKENS, temperature=temperature, seed=seed),
            template=template,
            role="prober",
            document_id=pair["document_id"],
            qa_id=pair["qa_id"],
        )
        for seed in range(settings.samples)
    ]
