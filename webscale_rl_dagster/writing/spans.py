"""Chooses answers before questions: spans of a document that a question can have one answer to.

Rules, not a model: an answer that is chosen first is verbatim in the document by construction,
and the rules say exactly which answers a weak model gets to ask about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from webscale_rl_dagster.writing.finders import find_all
from webscale_rl_dagster.writing.found import Found, SpanKind
from webscale_rl_dagster.writing.sentences import Sentence, split_sentences
from webscale_rl_dagster.writing.standalone import stand_alone
from webscale_rl_dagster.writing.topic import Topic

_MOST_MENTIONS = {"number": 1, "unit": 1, "date": 2, "entity": 2, "term": 3}
_FIGURES = ("number", "unit")
_GOES_ON_BEFORE = re.compile(r"[\w.,]")
_GOES_ON_AFTER = re.compile(r"\w|[.,]\d")
_DEFINES = re.compile(r" (?:is|are|was|were|refers)\b")
_WORD = re.compile(r"[^\W\d_][\w’-]{3,}")


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """An answer and where it stands: `text == document[start:end]`."""

    text: str
    start: int
    end: int
    kind: SpanKind
    sentence: tuple[int, int]
    """Offsets of the sentence that holds it: the evidence of the pair."""


def answer_spans(text: str, *, topic: Topic, limit: int) -> list[AnswerSpan]:
    """Up to `limit` spans, the best question first, spread over sentences and kinds."""
    scored = sorted(_scored(text, topic), key=lambda pair: (-pair[0], pair[1].start))
    chosen: list[AnswerSpan] = []
    while scored and len(chosen) < limit:
        best = max(scored, key=lambda pair: pair[0] - _repetition(pair[1], chosen))
        scored.remove(best)
        if not any(_tells(other, best[1]) for other in chosen):
            chosen.append(best[1])
    return chosen


def _scored(text: str, topic: Topic) -> Iterator[tuple[float, AnswerSpan]]:
    sentences = split_sentences(text)
    lowered = text.lower()
    for index, sentence in enumerate(sentences):
        before = [earlier.text for earlier in sentences[:index]]
        alone = stand_alone(sentence.text, topic=topic, before=before)
        if index == 0 and (subject := _topic_span(text, sentence, topic)):
            yield 4.0, subject
        if alone is None:
            continue
        named = 1.0 if topic.mention(alone) else 0.0
        for found in find_all(sentence.text):
            span = _span(sentence, _distinct_part(sentence.text, found, topic))
            if _usable(span, lowered, topic):
                yield found.score + named - _length_penalty(alone), span


def _span(sentence: Sentence, found: Found) -> AnswerSpan:
    start, end = sentence.start + found.start, sentence.start + found.end
    text = sentence.text[found.start : found.end]
    return AnswerSpan(text, start, end, found.kind, (sentence.start, sentence.end))


def _distinct_part(sentence: str, found: Found, topic: Topic) -> Found:
    """A term without the words that its sentence has too: "motor" of "are called motor nerves"."""
    if found.kind != "term" or _DEFINES.match(sentence[found.end :]):
        return found
    rest = sentence[: found.start] + " " + sentence[found.end :]
    known = {word[:5].lower() for word in _WORD.findall(rest)} | {w[:5] for w in topic.words()}
    words = list(_WORD.finditer(sentence, found.start, found.end))
    while words and words[0][0][:5].lower() in known:
        words.pop(0)
    while words and words[-1][0][:5].lower() in known:
        words.pop()
    if not words:
        return found
    return Found(words[0].start(), words[-1].end(), found.kind, found.score)


def _topic_span(text: str, sentence: Sentence, topic: Topic) -> AnswerSpan | None:
    """The topic itself, as the subject of its definition: "____ are limbless reptiles …"."""
    mention = topic.mention(sentence.text)
    if mention is None or (mention.end() < len(topic.name) and not topic.is_person):
        return None
    opening = sentence.text[: mention.start()]
    if opening not in ("", "A ", "An ", "The "):
        return None
    found = Found(mention.start(), mention.end(), "entity" if topic.is_person else "term", 0.0)
    return _span(sentence, found)


def _usable(span: AnswerSpan, lowered: str, topic: Topic) -> bool:
    name = span.text.lower()
    if "\n" in name or name in topic.name.lower():
        return False
    if topic.mention(span.text) or _shares_word(span.text, topic):
        return False
    return _mentions(name, lowered) <= _MOST_MENTIONS[span.kind]


def _mentions(name: str, text: str) -> int:
    """How often `name` stands in `text` by itself; a regular expression takes ten times as long."""
    count, at = 0, text.find(name)
    while at >= 0:
        end = at + len(name)
        alone = not (at and _GOES_ON_BEFORE.match(text, at - 1)) and not _GOES_ON_AFTER.match(
            text, end
        )
        count += alone
        at = text.find(name, end if alone else at + 1)
    return count


def _shares_word(text: str, topic: Topic) -> bool:
    words = {word[:5] for word in topic.words()}
    return any(word[:5] in words for word in re.findall(r"[^\W\d_]{4,}", text.lower()))


def _length_penalty(sentence: str) -> float:
    return max(0, len(sentence.split()) - 26) * 0.1


def _tells(chosen: AnswerSpan, other: AnswerSpan) -> bool:
    """The same answer, or another figure of the same sentence: each says how large the other is."""
    figures = chosen.kind in _FIGURES and other.kind in _FIGURES
    return chosen.text == other.text or (figures and chosen.sentence == other.sentence)


def _repetition(span: AnswerSpan, chosen: list[AnswerSpan]) -> float:
    same_sentence = sum(other.sentence == span.sentence for other in chosen)
    same_kind = sum(other.kind == span.kind for other in chosen)
    return 2.0 * same_sentence + 0.4 * same_kind
