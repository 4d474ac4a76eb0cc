"""Grounding: the document holds the answer, and the place where it does is the evidence.

Verbatim first, then in normal form, then as the same quantities in one sentence, then inflected,
without a noun that the question supplies, or converted into another unit. Where an answer stands in
several places, the sentence that shares most with the question is taken.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import lru_cache
from itertools import accumulate
from typing import Literal, NamedTuple

from webscale_rl_dagster.rewards.dates import Date, dates_within, whole_date
from webscale_rl_dagster.rewards.normalise import (
    Span,
    find_exact,
    find_normalised,
    tokenise,
)
from webscale_rl_dagster.rewards.words import STOP_WORDS, content_stems, stem

from .candidate import Candidate
from .measures import same_measure
from .quantities import Quantity, quantities
from .sentences import all_stems, folded, sentence_starts, sentence_stems, stem_row
from .spelling import respelled

EvidenceKind = Literal["exact", "normalised", "numeric"]
_APPROXIMATE = frozenset(
    "approximately roughly nearly almost around circa exactly least total".split()
)
_LONGEST_ANSWER = 500
"""Longer ones are rejected for their length; looking them up would only cost time."""
_MAX_QUANTITIES = 4
_LONG = 4
"""Letters from which a word in another form is still the same word."""
_FEW_WORDS = 6
_COMPOUND = re.compile(r"[^\W_]+(?:[-‐‑][^\W_]+)*")


class Evidence(NamedTuple):
    """Where the document holds the answer, as character offsets, and how it was recognised."""

    start: int
    end: int
    kind: EvidenceKind


@lru_cache(maxsize=16)
def _quantities_by_sentence(document: str) -> dict[int, list[Quantity]]:
    starts = sentence_starts(document)
    grouped: dict[int, list[Quantity]] = {}
    for quantity in quantities(document):
        grouped.setdefault(bisect_right(starts, quantity.start) - 1, []).append(quantity)
    return grouped


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
        same_day = _same_date(form, document)
        if same_day:
            return Evidence(*_closest(same_day, document, question), "normalised")
        if quantities(form):
            equal = same_measure(form, document)
            if equal:
                return Evidence(*_closest(equal, document, question), "numeric")
            continue
        alike = (
            _inflected(form, document)
            or _respelled(form, document)
            or _without_shared_noun(form, question, document)
        )
        if alike:
            return Evidence(*_closest(alike, document, question), "normalised")
    return None


def _closest(spans: Iterable[Span], document: str, question: str) -> Span:
    """The first of the spans whose sentence shares most content words with the question."""
    spans = list(spans)
    if len(spans) == 1:
        return spans[0]
    wanted = content_stems(tokenise(question).words)
    starts = sentence_starts(document)
    shared: dict[int, int] = {}
    for span in spans:
        sentence = bisect_right(starts, span.start) - 1
        if sentence not in shared:
            shared[sentence] = len(wanted & sentence_stems(document, sentence))
    return max(spans, key=lambda span: shared[bisect_right(starts, span.start) - 1])


def _same_date(answer: str, document: str) -> list[Span]:
    """`6th January 1907` for 6 January 1907; as exact a date, or none."""
    given = whole_date(answer)
    if len(given) != 1 or not isinstance(given[0], Date) or given[0].year is None:
        return []
    starts = sentence_starts(document)
    year = str(abs(given[0].year))
    found: list[Span] = []
    for start, end in zip(starts, (*starts[1:], len(document)), strict=True):
        sentence = document[start:end][:_LONGEST_ANSWER]
        if year not in sentence:
            continue
        for stands in dates_within(sentence):
            if given[0] in stands.readings:
                at = start + stands.start
                stop = document.find(year, at)
                found.append(Span(at, (stop if stop >= at else at) + len(year)))
    return found


def _inflected(answer: str, document: str) -> list[Span]:
    """Where the answer stands in another number or tense, at least one of its words being long."""
    words = [word for word in tokenise(answer).words if word not in ("a", "an", "the")]
    if not any(len(word) >= _LONG and word.isalpha() for word in words):
        return []
    needle = " ".join(["", *map(stem, words), ""])
    joined, offsets = stem_row(document)
    at = joined.find(needle)
    if at < 0:
        return []
    tokens = tokenise(document)
    first = bisect_left(offsets, at)
    last = bisect_left(offsets, at + len(needle) - 1) - 1
    return [Span(tokens.starts[first], tokens.ends[last])]


@lru_cache(maxsize=16)
def _spelling_index(document: str) -> tuple[str, tuple[int, ...], tuple[Span, ...]]:
    """The document's words as one spelling has them, hyphens gone, and where each stands."""
    spans = [Span(*found.span()) for found in _COMPOUND.finditer(document)]
    words = [respelled(folded(document[span.start : span.end])) for span in spans]
    offsets = tuple(accumulate((len(word) + 1 for word in words), initial=0))
    return " ".join(["", *words, ""]), offsets, tuple(spans)


def _respelled(answer: str, document: str) -> list[Span]:
    """`Hemocyanin` for haemocyanin, `Cooperation` for Co-operation."""
    words = [respelled(folded(found.group())) for found in _COMPOUND.finditer(answer)]
    if not any(len(word) > _LONG for word in words):
        return []
    joined, offsets, spans = _spelling_index(document)
    needle = " ".join(["", *words, ""])
    at = joined.find(needle)
    if at < 0:
        return []
    first = bisect_left(offsets, at)
    return [Span(spans[first].start, spans[first + len(words) - 1].end)]


def _without_shared_noun(answer: str, question: str, document: str) -> list[Span]:
    """`Abundant numbers`, where the question says `numbers` and the text only `abundant`."""
    words, starts, ends = tokenise(answer)
    if not 2 <= len(words) <= _FEW_WORDS or stem(words[-1]) not in all_stems(question):
        return []
    rest = answer[starts[0] : ends[-2]]
    kept = [word for word in words[:-1] if word not in STOP_WORDS]
    if not any(len(word) >= _LONG and stem(word) not in all_stems(question) for word in kept):
        return []
    return find_normalised(rest, document)


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
        held = _all_held(wanted, present, sentence_stems(document, sentence))
        if held and (not rest or rest <= sentence_stems(document, sentence)):
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
