"""Splits prose into sentences by rules; offsets lead back to the document's own characters.

A wrong join only loses a sentence, a wrong split makes a broken question: when in doubt, join.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st sr jr gen col lt sgt capt gov sen rep rev hon pres"
    " e.g i.e etc vs cf al ca c approx no nos vol vols ch sec fig figs eq pp p ed eds trans"
    " inc ltd co corp dept univ assn bros est fl r d b m ft mi sq u.s u.k u.n d.c a.m p.m b.c a.d"
    " jan feb mar apr jun jul aug sep sept oct nov dec mt op var sp spp subsp ver".split()
)
_END = re.compile(r"[.!?][\"'”’)\]]*(?=\s|\Z)")
_BLANK_REST = re.compile(r"\s*\Z")
_LIST_ITEM = re.compile(r"[ \t]*(?:[-*•–+#>|]|\d{1,3}[.)]\s|\(?[a-z]\)\s)")
_OPENS_A_SENTENCE = re.compile(r"\s+[\"'“‘(\[]*[A-Z0-9À-Þ]")
_ALSO_ENDS = frozenset("inc ltd co corp etc d.c b.c a.d a.m p.m u.s u.k jr".split())
_UNITS = frozenset("m km cm mm ft mi kg sq".split())
_COMMON_OPENER = re.compile(r"\s+(?:The|In|It|This|These|A|An|At|On|By|For|As|Its|He|She|They)\s")
_WAR_I = re.compile(r"\b(?:War|Part|Act|Phase|Type|Class|Stage|Book|Volume) [IVX]\Z")
_NUMBERED = re.compile(r"\s+\d")
_INITIALS = re.compile(r"(?:\b[A-Z]\.)+\Z")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as it stands in the document: `text == document[start:end]`."""

    text: str
    start: int
    end: int


@functools.lru_cache(maxsize=64)
def split_sentences(text: str) -> tuple[Sentence, ...]:
    """The prose sentences of `text`; headings, list items and unfinished lines are left out."""
    return tuple(_sentences(text))


def sentence_ends(text: str) -> list[int]:
    """Where the sentences of `split_sentences` end, for a text too long to be kept in memory."""
    return [sentence.end for sentence in _sentences(text)]


def _sentences(text: str) -> Iterator[Sentence]:
    for start, end in _paragraphs(text):
        yield from _in_paragraph(text, start, end)


def _paragraphs(text: str) -> list[tuple[int, int]]:
    """Stretches of prose: broken by blank lines, list items and lines that end a sentence."""
    found: list[tuple[int, int]] = []
    start = position = 0
    for line in text.splitlines(keepends=True):
        end = position + len(line)
        body = line.strip()
        if not body or _LIST_ITEM.match(line):
            found.append((start, position))
            start = end
        elif _END.search(body[-3:]) or len(body) < 40:
            found.append((start, end))
            start = end
        position = end
    found.append((start, position))
    return [(a, b) for a, b in found if text[a:b].strip()]


def _in_paragraph(text: str, start: int, end: int) -> list[Sentence]:
    found: list[Sentence] = []
    begin = start
    for match in _END.finditer(text, start, end):
        stop = match.end()
        is_last = _BLANK_REST.match(text, stop, end)
        if not is_last and not _ends_here(text, match.start(), stop, end):
            continue
        begin += len(text[begin:stop]) - len(text[begin:stop].lstrip())
        if begin < stop:
            found.append(Sentence(text[begin:stop], begin, stop))
        begin = stop
    return found


def _ends_here(text: str, mark: int, stop: int, end: int) -> bool:
    if not _OPENS_A_SENTENCE.match(text, stop, end):
        return False
    if text[mark] != ".":
        return True
    before = re.split(r"[\s(\[\"'“‘]", text[max(0, mark - 24) : mark])[-1]
    word = before.lower()
    if before in _UNITS or (word in _ALSO_ENDS and _COMMON_OPENER.match(text, stop, end)):
        return True
    if before == "no" and not _NUMBERED.match(text, stop, end):
        return True
    if word in _ABBREVIATIONS:
        return False
    initials = _INITIALS.search(text[max(0, mark - 8) : mark + 1])
    if initials is None or _WAR_I.search(text[max(0, mark - 12) : mark]):
        return True
    return bool(_COMMON_OPENER.match(text, stop, end))
