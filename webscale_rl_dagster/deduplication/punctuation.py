"""Which signs of a text only punctuate it: all others, in mathematics and code, tell texts apart.

Where a sign could be either it is not taken for punctuation, except at the end of a text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

CODE = re.compile(r"`[^`]*`")
"""Nothing in it punctuates but its back-ticks."""

_ANYWHERE = re.compile(r"[`,،、，。؛；：؟？！¿¡।…—―«»‹›„‟「」『』《》]")
_QUOTES = re.compile("[\"'“”‘’]+")
_STOPS = re.compile(r"[.:;?!]+")
_CLOSING = frozenset(")]}")
_QUOTING = frozenset("\"'“”‘’`»")
_LETTER = r"[^\W\d_]"
_HYPHEN = re.compile(
    rf"(?<=\w)[-‐‑–](?={_LETTER}{{4}})|(?<={_LETTER}{{4}})[-‐‑–](?=\w)"
    rf"|(?<={_LETTER}{{2}})[-‐‑–](?={_LETTER}{{2}})|(?<={_LETTER}{{4}}\s)[-–](?=\s{_LETTER}{{4}})"
)
"""x-axis, 20-year, COVID-19, on-line; not x-2."""
_ASIDE = re.compile(rf"(?<!\S)\({_LETTER}{{3}}[^()]*\)(?=[\s.,;:?!]|\Z)")
_END = ".:;?!…\"'“”‘’` \t\r\n"


def punctuation(text: str) -> set[int]:
    """Places of the signs of a text that only punctuate."""
    found: set[int] = set()
    start = 0
    for code in CODE.finditer(text):
        found.update(start + place for place in _of_prose(text[start : code.start()], last=False))
        found.update((code.start(), code.end() - 1))
        start = code.end()
    found.update(start + place for place in _of_prose(text[start:], last=True))
    return found


def _of_prose(text: str, *, last: bool) -> Iterator[int]:
    for pattern in (_ANYWHERE, _HYPHEN):
        yield from (match.start() for match in pattern.finditer(text))
    for aside in _ASIDE.finditer(text):
        yield from (aside.start(), aside.end() - 1)
    yield from _quotes(text)
    yield from _stops(text, len(text.rstrip(_END)) if last else len(text))


def _quotes(text: str) -> Iterator[int]:
    """Quotation marks and apostrophes; not the prime of f'(2), which closes no quotation."""
    opened: Counter[bool] = Counter()
    for run in _QUOTES.finditer(text):
        before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
        if before.isalpha() and after.isalpha():
            continue
        opens = not before.isalnum() and before not in _CLOSING
        for place in range(*run.span()):
            double = text[place] in '"“”'
            if opens:
                opened[double] += 1
            elif opened[double]:
                opened[double] -= 1
            elif _operand(text, run.start()):
                continue
            yield place


def _stops(text: str, end: int) -> Iterator[int]:
    """Full stops and their like after a word; behind `end` is nothing else."""
    for run in _STOPS.finditer(text):
        before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
        if not (after == "" or after.isspace() or after in _CLOSING or after in _QUOTING):
            continue
        final = run.start() >= end
        if before == "" or before.isspace():
            if final or run.start() == 0 or (run.group() != "." and not run.group().strip(".")):
                yield from range(*run.span())
            continue
        signs = ""
        if _operand(text, run.start()):
            signs = "!" if final else "!?"
            if after in _QUOTING and after and not before.isdigit():
                signs += ".?"
        for place in range(*run.span()):
            if text[place] not in signs:
                yield place


def _operand(text: str, end: int) -> bool:
    """Whether a number, a single letter, a bracket or a sign ends there, and no word."""
    before = text[max(0, end - 2) : end]
    if not before or before[-1] in _QUOTING:
        return False
    return not before[-1].isalpha() or not before[:-1].isalpha()
