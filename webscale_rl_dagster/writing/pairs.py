"""Writes one candidate: one document, one persona, one answer chosen before the question.

The answer comes from the spans on offer, so it stands in the document by construction. An open
question must pass the rules and the round trip: asked back with the document, it leads the model to
the same answer. A cloze needs no model to be right, so its round trip is a record and not a
gate: SmolLM2-135M finds only a third of the answers, whether the question is good or bad.
"""

from __future__ import annotations

from dataclasses import replace

from webscale_rl_dagster.inference.protocol import Ask, Failed
from webscale_rl_dagster.writing.asking import broken_rules, round_trip
from webscale_rl_dagster.writing.brief import Brief, Style, Written
from webscale_rl_dagster.writing.cloze import cloze_question
from webscale_rl_dagster.writing.open_question import is_sharp, write_open
from webscale_rl_dagster.writing.spans import AnswerSpan, answer_spans
from webscale_rl_dagster.writing.topic import Topic

__all__ = ["Brief", "Style", "Written", "share_spans", "write_candidate"]

_SPANS = 18


def share_spans(
    text: str, *, topic: Topic, personas: int, style: Style
) -> list[tuple[AnswerSpan, ...]]:
    """Deals the document's spans out to its personas in turn, so that no two ask the same.

    Only spans that the style can use are dealt, or good ones would go to waste.
    """
    spans = answer_spans(text, topic=topic, limit=_SPANS)
    usable = [span for span in spans if _is_usable(text, span, topic, style)]
    return [tuple(usable[turn::personas]) for turn in range(personas)]


def _is_usable(text: str, span: AnswerSpan, topic: Topic, style: Style) -> bool:
    if style != "cloze" and is_sharp(text, span, topic=topic):
        return True
    return style != "open" and cloze_question(text, span, topic=topic) is not None


async def write_candidate(brief: Brief, ask: Ask) -> Written:
    """One candidate in the brief's style; `auto` falls back to a cloze where no open one holds."""
    if not brief.spans:
        return Written(reason="no_answer_span")
    if brief.style == "cloze":
        return await _write_cloze(brief, ask)
    written = await write_open(brief, ask)
    if brief.style == "open" or written.question or written.error:
        return written
    fallback = await _write_cloze(brief, ask)
    return replace(fallback, samples=written.samples) if fallback.question else written


async def _write_cloze(brief: Brief, ask: Ask) -> Written:
    for span in brief.spans:
        question = cloze_question(brief.text, span, topic=brief.topic)
        if question and not broken_rules(brief, question, span.text, "cloze"):
            break
    else:
        return Written(reason="no_cloze_sentence")
    found = await round_trip(brief, ask, question, span.text)
    if isinstance(found, Failed):
        return Written(error=found.error)
    return Written(question, span.text, "cloze", (span.start, span.end), round_trip=found)
