"""Cuts a document that some role's model cannot hold into windows of about the same size.

A window ends where a sentence ends; only a sentence longer than a window is cut at white space, and
only a word longer than a window inside.
"""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from webscale_rl_dagster.config import Config
from webscale_rl_dagster.inference.tokens import Count, token_counter
from webscale_rl_dagster.prompts.library import defuse
from webscale_rl_dagster.writing.sentences import sentence_ends

PROMPT_ROOM = 1024
"""Tokens of a model's window kept free for the prompt around the document and for the answer.

The longest is the generator's: with SmolLM2's tokenizer 602 for the prompt, 769 with the worst of
titles, and 220 for the answer.
"""
PROBE_ROOM = 1536
"""The same of the models that are asked about probes: an attempt may take 512 tokens, and the
question about a rival quotes three texts. It holds a question of 700 tokens."""

_FULL = 0.95
"""How full a window may get by the sum of its sentences' tokens, which differs from its own."""
_SPACE = re.compile(r"\s+")
_MAYBE_SPACE = re.compile(r"\s*")
_JOINER = "\u200d"
_ASCII = bytes(range(128))


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a document: `text[start:end]`."""

    number: int
    start: int
    end: int


class Windower:
    """Cuts texts so that each window is within every limit."""

    def __init__(self, limits: Mapping[Count, int]) -> None:
        """`limits`: the most tokens a window may have, by who counts them."""
        self._limits = limits
        self._tightest = min(limits.values())

    def cut(self, text: str) -> list[Window]:
        """Windows that tile the text; one for a text that fits.

        No tokenizer is loaded for a text that is too short to exceed any limit.
        """
        if self._is_short(text) or (self._may_fit(0, len(text)) and self._fill(text) <= 1):
            return [Window(0, 0, len(text))]
        ends, fills = zip(*self._pieces(text), strict=True)
        bounds = [0, *ends]
        spans = [
            span
            for first, last in _balanced(fills)
            for span in self._fitting(text, bounds, first, last)
        ]
        return [Window(number, *span) for number, span in enumerate(spans)]

    def _is_short(self, text: str) -> bool:
        """Whether its bytes alone say that it fits.

        No tokenizer makes more tokens than bytes, except for a space that it puts before a text;
        but first it may normalise, by which UTF-8 grows up to three times (NFC) outside ASCII.
        """
        data = defuse(text).encode("utf-8", "surrogatepass")
        return len(data) + 2 * len(data.translate(None, _ASCII)) + 1 <= self._tightest

    def _may_fit(self, start: int, end: int) -> bool:
        """Whether counting is worth while: four characters a token are a lot."""
        return end - start <= 4 * max(self._limits.values())

    def _fill(self, text: str) -> float:
        """The text's tokens as a share of the tightest limit for it."""
        safe = defuse(text)
        return max(count(safe) / most for count, most in self._limits.items())

    def _pieces(self, text: str) -> Iterator[tuple[int, float]]:
        """Where each sentence ends, or a part of one that no window holds, and what it fills."""
        start = 0
        for stop in [*sentence_ends(text), len(text)]:
            after = _MAYBE_SPACE.match(text, stop)
            end = after.end() if after else stop
            if end > start:
                yield from self._parts(text, start, end)
            start = end

    def _parts(self, text: str, start: int, end: int) -> Iterator[tuple[int, float]]:
        if self._may_fit(start, end):
            fill = self._fill(text[start:end])
            if fill <= 1 or end - start == 1:
                yield end, fill
                return
        middle = _middle(text, start, end)
        yield from self._parts(text, start, middle)
        yield from self._parts(text, middle, end)

    def _fitting(
        self, text: str, bounds: list[int], first: int, last: int
    ) -> Iterator[tuple[int, int]]:
        """The window of these pieces, or two of half as many if its own count is too much."""
        start, end = bounds[first], bounds[last]
        if last - first == 1 or self._fill(text[start:end]) <= 1:
            yield start, end
            return
        middle = (first + last) // 2
        yield from self._fitting(text, bounds, first, middle)
        yield from self._fitting(text, bounds, middle, last)


def windower(config: Config) -> Windower:
    """Fits the windows of the engines of all roles that are asked."""
    limits: dict[Count, int] = {}
    for role in config.roles:
        engine = config.models.for_role(role)
        count = token_counter(engine)
        probed = "prober" in config.roles and role in ("prober", "checker")
        budget = engine.window_tokens - (PROBE_ROOM if probed else PROMPT_ROOM)
        limits[count] = min(budget, limits.get(count, budget))
    return Windower(limits)


def _balanced(fills: tuple[float, ...]) -> Iterator[tuple[int, int]]:
    """Runs of pieces that fill at most one window each, and each about as much of it."""
    sums = [0.0]
    for fill in fills:
        sums.append(sums[-1] + fill)
    first = 0
    while sums[-1] - sums[first] > 1:
        rest = sums[-1] - sums[first]
        aim = sums[first] + rest / math.ceil(rest / _FULL)
        last = bisect_left(sums, aim, lo=first + 1)
        over = sums[last] - sums[first] > 1
        if last - 1 > first and (over or aim - sums[last - 1] < sums[last] - aim):
            last -= 1
        yield first, last
        first = last
    if first < len(fills):
        yield first, len(fills)


def _middle(text: str, start: int, end: int) -> int:
    """Where to halve a stretch: after a line, else after white space, else inside a word."""
    middle = (start + end) // 2
    line = text.find("\n", middle, (middle + end) // 2) + 1
    if line:
        return line
    space = _SPACE.search(text, middle, end)
    if space and space.end() < end:
        return space.end()
    if text[middle - 1].isspace():
        return middle
    words = text[start:middle].rsplit(maxsplit=1)
    if len(words) == 2:
        return middle - len(words[1])
    at = middle
    while at < end - 1 and _continues(text, at):
        at += 1
    return at


def _continues(text: str, at: int) -> bool:
    """Whether the character at `at` is drawn together with the one before it."""
    return _JOINER in text[at - 1 : at + 1] or unicodedata.category(text[at]).startswith("M")
