"""A text with spans marked in it, whatever the spans are, and cut where it is too long to show.

Spans are on the raw text. It is cut into pieces first; what makes characters visible or safe is
applied to each piece when it is rendered, so that no offset moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

AROUND = 600
"""Characters before and after a span that are shown with it."""
OPEN = 4_000
"""A text of at most so many characters is shown whole, and so much of one without spans."""
FOLDED = 20_000
"""Characters of a folded part that a page holds at most; what is over is left out of its middle."""

Span = Sequence[int] | None
"""Start and end, character offsets."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive characters that lie in the same spans."""

    text: str
    kinds: tuple[str, ...] = ()
    """Of the spans that it lies in."""
    left_out: int = 0
    """Characters that are not shown; then there is no text."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of the text, shown at once or folded."""

    pieces: tuple[Piece, ...]
    start: int
    end: int
    folded: bool

    @property
    def characters(self) -> int:
        return self.end - self.start


def passages(text: str, spans: Mapping[str, Span], *, limit: int = FOLDED) -> list[Passage]:
    """All of the text in order: the surroundings of each span open, the rest folded.

    Spans may overlap, be null, or point outside of the text, where there is nothing to mark.
    Without any, the beginning is open. No passage shows more than `limit` characters.
    """
    held = {kind: within for kind, span in spans.items() if (within := _within(text, span))}
    shown = list(_shown(len(text), sorted(held.values())))
    edges = [0, *(edge for span in shown for edge in span), len(text)]
    found = []
    for number, (start, end) in enumerate(pairwise(edges)):
        if start < end:
            pieces = tuple(_cut(text, start, end, held, limit))
            found.append(Passage(pieces, start, end, folded=number % 2 == 0))
    return found


def clipped(text: str, limit: int = FOLDED) -> list[Piece]:
    """The text, without its middle where it is longer than `limit` characters."""
    return list(_cut(text, 0, len(text), {}, limit)) if text else []


def _within(text: str, span: Span) -> tuple[int, int] | None:
    if span is None:
        return None
    start, end = (min(max(edge, 0), len(text)) for edge in span)
    return (start, end) if start < end else None


def _shown(length: int, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What is open: spans with their surroundings, joined where these meet."""
    if length <= OPEN:
        spans = [(0, length)]
    elif not spans:
        spans = [(0, OPEN - AROUND)]
    reached: tuple[int, int] | None = None
    for start, end in spans:
        start, end = max(0, start - AROUND), min(length, end + AROUND)
        if reached and start <= reached[1]:
            reached = reached[0], max(reached[1], end)
            continue
        if reached:
            yield reached
        reached = start, end
    if reached:
        yield reached


def _cut(
    text: str, start: int, end: int, held: Mapping[str, tuple[int, int]], limit: int
) -> Iterator[Piece]:
    if end - start <= limit:
        yield from _pieces(text, start, end, held)
        return
    half = limit // 2
    yield from _pieces(text, start, start + half, held)
    yield Piece("", left_out=end - start - 2 * half)
    yield from _pieces(text, end - half, end, held)


def _pieces(
    text: str, start: int, end: int, held: Mapping[str, tuple[int, int]]
) -> Iterator[Piece]:
    inside = {edge for span in held.values() for edge in span if start < edge < end}
    for left, right in pairwise(sorted({start, end} | inside)):
        kinds = [kind for kind, (first, last) in held.items() if first <= left and right <= last]
        yield Piece(text[left:right], tuple(kinds))
