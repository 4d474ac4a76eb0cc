"""Writes one candidate: one document, one persona, one answer chosen before the question.

The answer comes from the spans on offer, so it stands in the document by construction. An open
question must pass the rules and the round trip: asked back with the document, it leads the model to
the same answer. A cloze needs no model to be right, so its round trip is a record and not a
gate: SmolLM2-135M finds only a third of the answers, whether the question is good or bad.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from webscale_rl_dagster.inference.protocol import Ask, CompletionRequest, Failed, Sampling
from webscale_rl_dagster.inference.structured import Malformed, ask_object
from webscale_rl_dagster.prompts import schemas as outputs
from webscale_rl_dagster.prompts.demonstrations import Demonstration, demonstrations
from webscale_rl_dagster.prompts.library import TemplateName, load_template
from webscale_rl_dagster.stages.agreement import agrees
from webscale_rl_dagster.stages.cloze import cloze_question
from webscale_rl_dagster.stages.spans import AnswerSpan, answer_spans
from webscale_rl_dagster.verification.candidate import Candidate
from webscale_rl_dagster.verification.rules import judge

Style = Literal["open", "cloze", "auto"]
RoundTrip = Literal["found", "missed", "not_asked"]

OFFERED = 4
"""Spans an open question may choose from: enough for a persona to matter, few enough to be good."""
_SPANS = 18
_WARM = 0.7


@dataclass(frozen=True, slots=True)
class Brief:
    """What is to be written: for whom, about which of the document's spans."""

    document_id: str
    text: str
    title: str
    domain: str
    persona: str
    spans: tuple[AnswerSpan, ...]
    """This persona's share, best first; no other persona of the document has any of them."""
    style: Style = "auto"
    samples: int = 2
    """Open questions tried; the first is greedy, the others are warm with fixed seeds."""
    qa_id: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A pair, or why there is none: `reason` is a judgement, `error` a broken call."""

    question: str | None = None
    answer: str | None = None
    style: Literal["open", "cloze"] | None = None
    span: tuple[int, int] | None = None
    """Offsets of the answer in the document."""
    samples: int = 0
    round_trip: RoundTrip = "not_asked"
    demonstrations: tuple[str, ...] = ()
    reason: str | None = None
    error: str | None = None


def share_spans(text: str, *, title: str, personas: int, style: Style) -> list[tuple[AnswerSpan, ...]]:
    """Deals the document's spans out to its personas in turn, so that no two ask the same.

    Under `cloze` only spans that a cloze can be made of are dealt, or good ones would go to waste.
    """
    spans = answer_spans(text, title=title, limit=_SPANS)
    if style == "cloze":
        spans = [span for span in spans if cloze_question(text, span, title=title)]
    return [tuple(spans[turn::personas]) for turn in range(personas)]


async def write_candidate(brief: Brief, ask: Ask) -> Written:
    """One candidate in the brief's style; `auto` falls back to a cloze where no open one holds."""
    if not brief.spans:
        return Written(reason="no_answer_span")
    if brief.style == "cloze":
        return await _write_cloze(brief, ask)
    written = await _write_open(brief, ask)
    if brief.style == "open" or written.question or written.error:
        return written
    fallback = await _write_cloze(brief, ask)
    return replace(fallback, samples=written.samples) if fallback.question else written


async def _write_cloze(brief: Brief, ask: Ask) -> Written:
    for span in brief.spans:
        question = cloze_question(brief.text, span, title=brief.title)
        if question and not _broken_rules(brief, question, span.text, "cloze"):
            break
    else:
        return Written(reason="no_cloze_sentence")
    found = await _round_trip(brief, ask, question, span.text)
    if isinstance(found, Failed):
        return Written(error=found.error)
    return Written(question, span.text, "cloze", (span.start, span.end), round_trip=found)


async def _write_open(brief: Brief, ask: Ask) -> Written:
    shown = demonstrations(brief.domain, seed=f"{brief.document_id}\0{brief.persona}")
    ids = tuple(item.id for item in shown)
    last = Written(reason="no_answer_span", demonstrations=ids)
    for sample in range(brief.samples):
        last = replace(await _sample(brief, ask, shown, sample), samples=sample + 1, demonstrations=ids)
        if last.question or last.error:
            break
    return last


async def _sample(
    brief: Brief, ask: Ask, shown: Sequence[Demonstration], sample: int
) -> Written:
    """One open question; each sample is offered other spans first, for a bad span stays bad."""
    turn = sample % len(brief.spans)
    offered = (brief.spans[turn:] + brief.spans[:turn])[:OFFERED]
    pair = await ask_object(ask, _generate(brief, shown, offered, sample), tries=2)
    if isinstance(pair, Failed):
        return Written(error=pair.error)
    if isinstance(pair, Malformed):
        return Written(reason=f"malformed_{pair.reason}")
    question, span = " ".join(pair["question"].split()), _chosen(offered, pair["answer"])
    if span is None:
        return Written(reason="malformed_wrong_schema")
    broken = _broken_rules(brief, question, span.text, "open")
    if broken:
        return Written(reason=f"rule_{broken[0]}")
    found = await _round_trip(brief, ask, question, span.text)
    if isinstance(found, Failed):
        return Written(error=found.error)
    if found == "missed":
        return Written(reason="round_trip_missed", round_trip=found)
    return Written(question, span.text, "open", (span.start, span.end), round_trip=found)


def _generate(
    brief: Brief, shown: Sequence[Demonstration], offered: Sequence[AnswerSpan], sample: int
) -> CompletionRequest:
    quoted = " | ".join(span.text for span in offered)
    return _request(
        brief,
        "generate",
        {
            "persona": brief.persona,
            "domain": brief.domain,
            "answer_rule": f"The answer must be one of these: {quoted}",
            "demonstrations": "\n\n".join(item.render() for item in shown),
        },
        schema=outputs.generator_schema(answers=[span.text for span in offered]),
        sampling=Sampling(max_tokens=220, temperature=_WARM if sample else 0.0, seed=sample),
    )


async def _round_trip(
    brief: Brief, ask: Ask, question: str, answer: str
) -> Literal["found", "missed"] | Failed:
    request = _request(
        brief,
        "answer",
        {"question": question},
        schema=outputs.answer_schema(),
        sampling=Sampling(max_tokens=60),
    )
    found = await ask_object(ask, request, tries=1)
    if isinstance(found, Failed):
        return found
    return "found" if isinstance(found, dict) and agrees(found["answer"], answer) else "missed"


def _request(
    brief: Brief,
    name: TemplateName,
    fields: dict[str, str],
    *,
    schema: dict[str, Any],
    sampling: Sampling,
) -> CompletionRequest:
    template = load_template(name)
    return CompletionRequest(
        messages=template.render(document=brief.text, title=brief.title, **fields),
        sampling=sampling,
        template=template.ref,
        role="generator",
        document_id=brief.document_id,
        schema=schema,
        qa_id=brief.qa_id,
    )


def _chosen(offered: Sequence[AnswerSpan], answer: str) -> AnswerSpan | None:
    return next((span for span in offered if span.text == answer), None)


def _broken_rules(brief: Brief, question: str, answer: str, style: str) -> tuple[str, ...]:
    return judge(Candidate(question, answer, brief.text, brief.title, style=style)).failed
