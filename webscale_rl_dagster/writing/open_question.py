"""Open questions: the model words the question to an answer that was chosen before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from webscale_rl_dagster.inference.protocol import Ask, CompletionRequest, Failed, Sampling
from webscale_rl_dagster.inference.structured import Malformed, ask_object
from webscale_rl_dagster.prompts import schemas as outputs
from webscale_rl_dagster.prompts.demonstrations import Demonstration, demonstrations
from webscale_rl_dagster.prompts.library import defuse
from webscale_rl_dagster.writing.asking import broken_rules, request_for, round_trip
from webscale_rl_dagster.writing.brief import Brief, Written
from webscale_rl_dagster.writing.pinned import is_pinned
from webscale_rl_dagster.writing.spans import AnswerSpan
from webscale_rl_dagster.writing.topic import Topic

_WARM = 0.7
_WHERE = re.compile(r"where\b", re.IGNORECASE)
"""A hill, its city and its country all answer it."""
_YEAR_ASKED = re.compile(r"\b(?:what|which) year\b", re.IGNORECASE)
_YEAR = re.compile(r"\d{1,4}(?: (?:BCE?|CE|AD))?")
_NAME_INSIDE = re.compile(r"(?<=[a-z,] )[A-ZÀ-Þ]\w+")


async def write_open(brief: Brief, ask: Ask) -> Written:
    """Each sample asks for another span, for a bad span stays bad."""
    spans = [span for span in brief.spans if is_sharp(brief.text, span, topic=brief.topic)]
    # The same for all personas of a document, whose calls then share the prompt up to the excerpt.
    shown = demonstrations(brief.domain, seed=brief.document_id)
    ids = tuple(item.id for item in shown)
    last = Written(reason="no_answer_span", demonstrations=ids)
    for sample in range(brief.samples if spans else 0):
        turn, place = divmod(sample, len(spans))
        tried = await _sample(brief, ask, shown, spans[place], turn)
        last = replace(tried, samples=sample + 1, demonstrations=ids)
        if last.question or last.error:
            break
    return last


def is_sharp(text: str, span: AnswerSpan, *, topic: Topic) -> bool:
    """Neither the topic itself nor a name that its sentence leaves open."""
    if topic.mention(span.text):
        return False
    start, end = span.sentence
    return span.kind != "entity" or is_pinned(text[start : span.start], text[span.end : end])


def _is_anchored(question: str, brief: Brief) -> bool:
    """Whether it names the document's topic, or anything else by its own name."""
    return bool(brief.topic.mention(question) or _NAME_INSIDE.search(question))


async def _sample(
    brief: Brief, ask: Ask, shown: Sequence[Demonstration], span: AnswerSpan, turn: int
) -> Written:
    pair = await ask_object(ask, _generate(brief, shown, span, turn), tries=2)
    if isinstance(pair, Failed):
        return Written(error=pair.error)
    if isinstance(pair, Malformed):
        return Written(reason=f"malformed_{pair.reason}")
    question = " ".join(pair["question"].split())
    if _WHERE.match(question):
        return Written(reason="imprecise_where")
    if span.kind == "date" and _YEAR_ASKED.search(question) and not _YEAR.fullmatch(span.text):
        return Written(reason="asks_another_kind")
    if not _is_anchored(question, brief):
        return Written(reason="topic_not_named")
    broken = broken_rules(brief, question, span.text, "open")
    if broken:
        return Written(reason=f"rule_{broken[0]}")
    found = await round_trip(brief, ask, question, span.text)
    if isinstance(found, Failed):
        return Written(error=found.error)
    if found == "missed":
        return Written(reason="round_trip_missed", round_trip=found)
    return Written(question, span.text, "open", (span.start, span.end), round_trip=found)


def _generate(
    brief: Brief, shown: Sequence[Demonstration], span: AnswerSpan, turn: int
) -> CompletionRequest:
    """A span is tried greedily, then warm; of Qwen2.5-Coder-1.5B's warm ones one in five held."""
    return request_for(
        brief,
        "generate",
        {
            "persona": brief.persona,
            "domain": brief.domain,
            "demonstrations": "\n\n".join(item.render() for item in shown),
            "excerpt": defuse(" ".join(brief.text[slice(*span.sentence)].split())),
            "answer": defuse(span.text),
        },
        schema=outputs.generator_schema(answers=[span.text]),
        sampling=Sampling(max_tokens=220, temperature=_WARM if turn else 0.0, seed=turn),
    )
