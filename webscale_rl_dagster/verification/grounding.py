"""Grounding: the document holds the answer, and the place where it does is the evidence.

Verbatim first, then in normal form, then as the same quantities in one sentence. Where an answer
stands in several places, the sentence that shares most with the question is taken.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

from .candidate import Candidate
from .normalise import Span, find_exact, find_normalised, normalise, tokenise
from .quantities import Quantity, quantities
from .words import content_stems

EvidenceKind = Literal["exact", "normalised", "numeric"]
_SENTENCE_END = re.compile(r"[.!?][\"')\]”]{0,3}\s+(?=[^\Wa-z_]|[\"'(\[“])|\n\s*\n|[。！？]")
_APPROXIMATE = frozenset(
    "approximately roughly nearly almost around circa exactly least total".split()
)
_LONGEST_ANSWER = 500
"""Longer ones are rejected for their length; looking them up would only cost time."""
_MAX_QUANTITIES = 4
_HARDLY = 1 / 3


class Evidence(NamedTuple):
    """Where the document holds the answer, as character offsets, and how it was recognised."""

    start: int
    end: int
    kind: EvidenceKind


@lru_cache(maxsize=16)
def _sentence_starts(document: str) -> tuple[int, ...]:
    return (0, *(match.end() for match in _SENTENCE_END.finditer(document)))


@lru_cache(maxsize=16)
def _document_stems(document: str) -> frozenset[str]:
    return content_stems(tokenise(document).words)


@lru_cache(maxsize=16)
def _quantities_by_sentence(document: str) -> dict[int, list[Quantity]]:
    starts = _sentence_starts(document)
    grouped: dict[int, list[Quantity]] = {}
    for quantity in quantities(document):
        grouped.setdefault(bisect_right(starts, quantity.start) - 1, []).append(quantity)
    return grouped


def _sentence_stems(document: str, sentence: int) -> frozenset[str]:
    bounds = (*_sentence_starts(document)[sentence : sentence + 2], len(document))
    tokens = tokenise(document)
    first = bisect_left(tokens.starts, bounds[0])
    return content_stems(tokens.words[first : bisect_left(tokens.starts, bounds[1])])


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


def _same_quantities(answer: str, document: str) -> list[Span]:
    """Sentences that hold all quantities of the answer, and all of its other content words."""
    wanted = quantities(answer)
    if not 0 < len(wanted) <= _MAX_QUANTITIES:
        return []
    numeric = {at for quantity in wanted for at in range(quantity.first, quantity.stop)}
    words = [word for at, word in enumerate(tokenise(answer).words) if at not in numeric]
    rest = content_stems(word for word in words if word not in _APPROXIMATE)
    found: list[Span] = []
    for sentence, present in _quantities_by_sentence(document).items():
        held = _all_held(wanted, present)
        if held and (not rest or rest <= _sentence_stems(document, sentence)):
            found.append(Span(min(q.start for q in held), max(q.end for q in held)))
    return found


def _all_held(wanted: tuple[Quantity, ...], present: list[Quantity]) -> list[Quantity]:
    units = {quantity.unit for quantity in present}
    held: list[Quantity] = []
    for quantity in wanted:
        if quantity.unit and quantity.unit not in units:
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
    """Fewer than a third of an open question's content words occur: it asks of something else."""
    if candidate.cloze:
        return False
    asked = content_stems(normalise(candidate.asked).split())
    words = {word for word in asked if len(word) > 1}
    if len(words) < 3:
        return False
    return len(words & _document_stems(candidate.document)) < _HARDLY * len(words)
