"""Writes the question that needs no model: a sentence of the document with its answer blanked.

The hint says what kind of answer is meant, for "in ____" alone could be a year or a place.
"""

from __future__ import annotations

import re

from webscale_rl_dagster.writing.defining import identifies
from webscale_rl_dagster.writing.lasting import lasts
from webscale_rl_dagster.writing.owners import has_owner
from webscale_rl_dagster.writing.pinned import is_pinned
from webscale_rl_dagster.writing.sentences import split_sentences
from webscale_rl_dagster.writing.spans import AnswerSpan
from webscale_rl_dagster.writing.standalone import BLANK, stand_alone
from webscale_rl_dagster.writing.topic import Topic

_UNIT = re.compile(r"[\d.,]+(?: (?:million|billion|trillion|thousand))?[ \u00a0-]?(?P<unit>.+)\Z")
_DAY = re.compile(r"\d{1,2}(?:st|nd|rd|th)? [A-Z][a-z]|[A-Z][a-z]+ \d{1,2}(?:st|nd|rd|th|,| )")
_MONTH = re.compile(r"[A-Z][a-z]")
_OR_ALIAS = re.compile(
    rf"(?<={BLANK}), or (?:just |simply )?(?:an? |the )?[\w-]+(?: [\w-]+)?(?=\.\Z)"
)
_CLASS = re.compile(
    r"(?<= )(?:island|river|lake|sea|ocean|peninsula|strait|mountains?|university|war|street)s?\b"
    r"|\b(?:strait|lake|mount|gulf|bay|university|battle|treaty|isle) (?:of )?(?=\w)"
)
"""What several names may share without one giving the other away."""
_ALIAS_CLAUSE = re.compile(
    r"\A((?:An? |The )?____),? (?:\w+ )?(?:also|officially|commonly|sometimes|formerly|otherwise"
    r"|often|better|or|originally|more commonly)(?: (?:known|called|referred to|spelled|written))?"
    r"(?: (?:as|simply))? [^,]{2,60}, "
)


def cloze_question(text: str, span: AnswerSpan, *, topic: Topic) -> str | None:
    """`Fill in the blank …: <sentence with ____>`, or None if no fair question comes of it."""
    sentences = split_sentences(text)
    index = next((i for i, s in enumerate(sentences) if (s.start, s.end) == span.sentence), None)
    if index is None:
        return None
    sentence = sentences[index]
    start, end = span.start - sentence.start, span.end - sentence.start
    asks_topic = topic.mention(span.text) is not None
    if (
        span.kind == "entity"
        and not asks_topic
        and not is_pinned(sentence.text[:start], sentence.text[end:])
    ):
        return None
    if not lasts(sentence.text[:start], span.text, sentence.text[end:], span.kind):
        return None
    blanked = sentence.text[:start] + BLANK + sentence.text[end:]
    if asks_topic:
        blanked = _ALIAS_CLAUSE.sub(r"\1 ", re.sub(r"\s*\([^()]*\)", "", blanked))
    before = [earlier.text for earlier in sentences[:index]]
    alone = stand_alone(blanked, topic=topic, before=before, names_topic=not asks_topic)
    if alone is None or alone.count(BLANK) != 1 or not has_owner(alone, topic):
        return None
    alone = _OR_ALIAS.sub("", alone)
    if alone.startswith(BLANK) and span.kind in ("number", "unit"):
        return None
    if re.match(rf"(?:An? |The )?{BLANK}", alone) and (span.kind == "term" or asks_topic):
        if not identifies(alone.partition(BLANK)[2], is_person=asks_topic and topic.is_person):
            return None
    alone = re.sub(rf"\b([Aa])n? {BLANK}", rf"\1(n) {BLANK}", alone)
    question = f"Fill in the blank{_hint(span)}{_about(alone, topic, asks_topic)}: {alone}"
    return None if _gives_away(question, span, topic if asks_topic else None) else question


def _hint(span: AnswerSpan) -> str:
    if span.kind == "date":
        return f" with {_date_form(span.text)}"
    if span.kind == "unit":
        return f" with {_unit_form(span.text)}"
    named = "" if re.search(r"\d", span.text) else " with a name"
    return {"number": " with a number", "entity": named, "term": ""}[span.kind]


def _date_form(text: str) -> str:
    if "century" in text:
        return "a century"
    if _DAY.match(text):
        return "a date (day, month and year)"
    return "a month and year" if _MONTH.match(text) else "a year"


def _unit_form(text: str) -> str:
    if text[0] in "$€£¥UACNH":
        return "an amount of money"
    if re.search(r"%|per ?cent", text):
        return "a percentage"
    unit = _UNIT.match(text)
    return f"a quantity in {unit['unit'].removesuffix(' ago')}" if unit else "a quantity"


def _about(alone: str, topic: Topic, asks_topic: bool) -> str:
    if asks_topic or not topic.name or topic.mention(alone):
        return ""
    return f" (topic: {topic.label})"


def _gives_away(question: str, span: AnswerSpan, topic: Topic | None) -> bool:
    rest = question.partition(":")[2] if topic else question
    if span.kind in ("number", "unit", "date"):
        numbers = re.findall(r"\d[\d,.]*\d|\d", span.text)
        return any(re.search(rf"(?<![\d.,]){re.escape(n)}(?![\d]|[.,]\d)", rest) for n in numbers)
    stems = {word[:5] for word in re.findall(r"[^\W\d_]{4,}", _CLASS.sub("", span.text.lower()))}
    words = {word[:5] for word in re.findall(r"[^\W\d_]{4,}", rest.lower())}
    return bool(stems & words) or span.text.lower() in rest.lower()
