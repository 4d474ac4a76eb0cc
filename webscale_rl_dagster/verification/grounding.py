"""Grounding: the document holds the answer, and the place where it does is the evidence.

Verbatim first, then in normal form, then as the same quantities in one sentence, then inflected,
without a noun that the question supplies, or converted into another unit. Where an answer stands in
several places, the sentence that shares most with the question is taken.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from webscale_rl_dagster.rewards.amounts import Amount, amounts, converted, prepared, whole_amount
from webscale_rl_dagster.rewards.normalise import (
    Span,
    find_exact,
    find_normalised,
    normalise,
    tokenise,
)
from webscale_rl_dagster.rewards.number_words import NUMBER_WORDS
from webscale_rl_dagster.rewards.words import STOP_WORDS, content_stems, stem

from .candidate import Candidate
from .quantities import Quantity, quantities

EvidenceKind = Literal["exact", "normalised", "numeric"]
_SENTENCE_END = re.compile(r"[.!?][\"')\]”]{0,3}\s+(?=[^\Wa-z_]|[\"'(\[“])|\n\s*\n|[。！？]")
_APPROXIMATE = frozenset(
    "approximately roughly nearly almost around circa exactly least total".split()
)
_LONGEST_ANSWER = 500
"""Longer ones are rejected for their length; looking them up would only cost time."""
_MAX_QUANTITIES = 4
_HARDLY = 1 / 3
_FEWEST_CLUES = 4
_LONG = 4
"""Letters from which a word in another form is still the same word."""
_FEW_WORDS = 6
_LONGEST_SENTENCE = 400
_ROUNDING = Decimal("1e-9")
_LEAD = re.compile(
    r"^\s*(?:about|around|approximately|roughly|nearly|almost|exactly|some|circa|over|up to)\s+",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[\w,;\"'“(]\s)[\"'“(]?([A-Z][\w'’-]+)")
_MARKS = re.compile("[\u0300-\u036f]+")
_PLAIN_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"\S+@\S+|\bhttps?://\S+")


class Evidence(NamedTuple):
    """Where the document holds the answer, as character offsets, and how it was recognised."""

    start: int
    end: int
    kind: EvidenceKind


@lru_cache(maxsize=16)
def _sentence_starts(document: str) -> tuple[int, ...]:
    return (0, *(match.end() for match in _SENTENCE_END.finditer(document)))


def _bag(text: str) -> frozenset[str]:
    """Stems of content words, by a cut that is ten times as fast as tokens and as good for this."""
    plain = text.lower()
    if not plain.isascii():
        plain = _MARKS.sub("", unicodedata.normalize("NFKD", plain))
    return content_stems(_PLAIN_WORD.findall(plain))


_document_stems = lru_cache(maxsize=16)(_bag)


@lru_cache(maxsize=16)
def _quantities_by_sentence(document: str) -> dict[int, list[Quantity]]:
    starts = _sentence_starts(document)
    grouped: dict[int, list[Quantity]] = {}
    for quantity in quantities(document):
        grouped.setdefault(bisect_right(starts, quantity.start) - 1, []).append(quantity)
    return grouped


@lru_cache(maxsize=256)
def _sentence_stems(document: str, sentence: int) -> frozenset[str]:
    start, end, *_ = (*_sentence_starts(document)[sentence : sentence + 2], len(document))
    return _bag(document[start:end])


@lru_cache(maxsize=4)
def find_evidence(candidate: Candidate) -> Evidence | None:
    """The answer's place in the document, or that of an alias where the answer has none."""
    document, question = candidate.document, candidate.asked
    forms = [form.strip() for form in (candidate.answer, *candidate.aliases)]
    forms = [form for form in forms if form and len(form) <= _LONGEST_ANSWER]
    for form in forms:
        verbatim = find_exact(form, document)
        if verbatim:
            return Evidence(*_closest(verbatim, document, question), "exact")
        alike = find_normalised(form, document)
        if alike:
            return Evidence(*_closest(alike, document, question), "normalised")
        equal = _same_quantities(form, document)
        if equal:
            return Evidence(*_closest(equal, document, question), "numeric")
    for form in forms:
        if quantities(form):
            equal = _same_measure(form, document)
            if equal:
                return Evidence(*_closest(equal, document, question), "numeric")
            continue
        alike = _inflected(form, document) or _without_shared_noun(form, question, document)
        if alike:
            return Evidence(*_closest(alike, document, question), "normalised")
    return None


def _closest(spans: Iterable[Span], document: str, question: str) -> Span:
    """The first of the spans whose sentence shares most content words with the question."""
    spans = list(spans)
    if len(spans) == 1:
        return spans[0]
    wanted = content_stems(tokenise(question).words)
    starts = _sentence_starts(document)
    shared: dict[int, int] = {}
    for span in spans:
        sentence = bisect_right(starts, span.start) - 1
        if sentence not in shared:
            shared[sentence] = len(wanted & _sentence_stems(document, sentence))
    return max(spans, key=lambda span: shared[bisect_right(starts, span.start) - 1])


@lru_cache(maxsize=16)
def _stem_index(document: str) -> tuple[str, tuple[int, ...]]:
    stems = [stem(word) for word in tokenise(document).words]
    offsets: list[int] = []
    length = 0
    for word in stems:
        offsets.append(length)
        length += len(word) + 1
    return " ".join(["", *stems, ""]), tuple(offsets)


def _inflected(answer: str, document: str) -> list[Span]:
    """Where the answer stands in another number or tense, at least one of its words being long."""
    words = [word for word in tokenise(answer).words if word not in ("a", "an", "the")]
    if not any(len(word) >= _LONG and word.isalpha() for word in words):
        return []
    needle = " ".join(["", *map(stem, words), ""])
    joined, offsets = _stem_index(document)
    at = joined.find(needle)
    if at < 0:
        return []
    tokens = tokenise(document)
    first = bisect_left(offsets, at)
    last = bisect_left(offsets, at + len(needle) - 1) - 1
    return [Span(tokens.starts[first], tokens.ends[last])]


def _without_shared_noun(answer: str, question: str, document: str) -> list[Span]:
    """`Abundant numbers`, where the question says `numbers` and the text only `abundant`."""
    words, starts, ends = tokenise(answer)
    if not 2 <= len(words) <= _FEW_WORDS or stem(words[-1]) not in _stems(question):
        return []
    rest = answer[starts[0] : ends[-2]]
    kept = [word for word in words[:-1] if word not in STOP_WORDS]
    if not any(len(word) >= _LONG and stem(word) not in _stems(question) for word in kept):
        return []
    return find_normalised(rest, document)


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in tokenise(text).words)


def _same_measure(answer: str, document: str) -> list[Span]:
    """Where it stands in another unit, 1.2 km for 1,200 m; the sentence, where LaTeX moved it."""
    wanted = whole_amount(prepared(_LEAD.sub("", answer)))
    if wanted is None or wanted.unit is None:
        return []
    starts = _sentence_starts(document)
    found: list[Span] = []
    for start, end in zip(starts, (*starts[1:], len(document)), strict=True):
        sentence = document[start:end].strip()[:_LONGEST_SENTENCE]
        plain = prepared(sentence)
        amount = next((a for a in amounts(plain) if _equal(a, wanted, plain[a.end :])), None)
        if amount is not None:
            at = document.index(sentence, start)
            moved = plain != sentence
            span = (0, len(sentence)) if moved else (amount.start, amount.end)
            found.append(Span(at + span[0], at + span[1]))
    return found


def _equal(amount: Amount, wanted: Amount, rest: str) -> bool:
    """`A quarter of …` is 25%; a fourth alone may be the one after the third."""
    if amount.ordinal or wanted.unit is None:
        return False
    if amount.unit is None:
        share = wanted.unit.dimensions == (("percent", 1),) and rest.startswith(" of ")
        return share and 0 < amount.value < 1 and amount.value * 100 == wanted.value
    value = converted(amount, wanted.unit)
    return value is not None and abs(value - wanted.value) <= abs(wanted.value) * _ROUNDING


def _same_quantities(answer: str, document: str) -> list[Span]:
    """Sentences that hold all quantities of the answer, and all of its other content words."""
    wanted = quantities(answer)
    if not 0 < len(wanted) <= _MAX_QUANTITIES:
        return []
    numeric = {at for quantity in wanted for at in range(quantity.first, quantity.stop)}
    words = [word for at, word in enumerate(tokenise(answer).words) if at not in numeric]
    rest = content_stems(w for w in words if w.isalnum() and w not in _APPROXIMATE)
    found: list[Span] = []
    for sentence, present in _quantities_by_sentence(document).items():
        held = _all_held(wanted, present, _sentence_stems(document, sentence))
        if held and (not rest or rest <= _sentence_stems(document, sentence)):
            found.append(Span(min(q.start for q in held), max(q.end for q in held)))
    return found


def _all_held(
    wanted: tuple[Quantity, ...], present: list[Quantity], stems: frozenset[str]
) -> list[Quantity]:
    """The document's quantities; a unit may stand apart from its number: `twenty US cents`."""
    units = {quantity.unit for quantity in present}
    held: list[Quantity] = []
    for quantity in wanted:
        if quantity.unit and quantity.unit not in units and stem(quantity.unit) not in stems:
            return []
        match = next((other for other in present if quantity.agrees(other)), None)
        if match is None:
            return []
        held.append(match)
    return held


def not_grounded(candidate: Candidate) -> bool:
    """The document does not hold the answer in any form that is recognised."""
    return find_evidence(candidate) is None


def question_not_grounded(candidate: Candidate) -> bool:
    """Fewer than a third of an open question's content words occur: it asks of something else.

    Numbers and addresses are no words, and a name that the document or its title has too is enough.
    """
    if candidate.cloze:
        return False
    asked = _ADDRESS.sub(" ", candidate.asked)
    content = content_stems(w for w in normalise(asked).split() if w not in NUMBER_WORDS)
    words = {word for word in content if len(word) > 1 and not any(map(str.isdecimal, word))}
    known = _document_stems(candidate.document) | _stems(candidate.title)
    names = content_stems(normalise(" ".join(_NAME.findall(asked))).split())
    if len(words) < _FEWEST_CLUES or names & known:
        return False
    held = len(words & known)
    return held == 0 or (len(words) > _FEWEST_CLUES and held < _HARDLY * len(words))
