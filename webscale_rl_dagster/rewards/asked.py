"""What a question wants counted or measured: `how many members`, `____ km`, `in degrees`."""

import re
from functools import lru_cache
from typing import NamedTuple

from .measures import POUND
from .unit_names import Dimensions, Unit
from .units import STERLING, plain, read_unit
from .words import STOP_WORDS

_LONGEST = 1000
"""Characters of a question that are read, from its end."""
_MOST_WORDS = 5
"""Of what is counted: `how many Earth days`, `how many more square kilometres`."""
_COUNTED = re.compile(r"\b(?:how many|number of)\s+", re.IGNORECASE)
_BLANK = re.compile(r"(?<!_)_{2,}\s*(?=[^\W\d_]|[%°])")
_IN = re.compile(
    r"\bin (?=[^\W\d_]{2,}s\b|(?:km|cm|mm|kg|feet|percent)\b|°|degrees)", re.IGNORECASE
)
_PLURAL = re.compile(r"[a-z]{3,}(?<![su]|i)s\b|(?:people|men|women|children)\b")
_MORE = frozenset("more other further few fewer of the its their your our such".split())
_PER = "per"
_WORD = re.compile(r"[^\W\d_](?:[\w'’/·^.°-]*\w)?|%|°\s?[CF]?\b")
_DOLLARS = frozenset("USD CAD AUD NZD HKD".split())


class Asked(NamedTuple):
    """The units in which a question wants its number, and whether it wants a count of things."""

    units: frozenset[Unit]
    things: bool

    @property
    def open(self) -> bool:
        return not self.things and not self.units


@lru_cache(maxsize=1024)
def asked_for(question: str) -> Asked:
    """Nothing where the question leaves it open: `How long is it?`, `How much did it cost?`."""
    text = plain(question[-_LONGEST:])
    units: set[Unit] = set()
    things = False
    for match in _COUNTED.finditer(text):
        words = _words(text[match.end() :])
        found = _units(words)
        units |= found
        things = things or bool(words and not found)
    for match in _BLANK.finditer(text):
        words = _words(text[match.end() :])
        found = _units(words[:1]) or _units(words[:3])
        units |= found
        things = things or bool(words and not found and _PLURAL.match(words[0]))
    if not units and not things:
        for match in _IN.finditer(text):
            units |= _units(_words(text[match.end() :]), first=True)
    return Asked(frozenset(units), things)


def agrees(unit: Unit, asked: Asked) -> bool:
    """Whether an amount in this unit may be the number asked for as it stands."""
    if asked.open or unit in asked.units:
        return True
    if asked.things and _is_tally(unit.dimensions):
        return True
    return any(_alike(unit, other) for other in asked.units)


def _words(text: str) -> tuple[str, ...]:
    """The noun phrase that starts there, as far as a word of grammar, a number or a mark."""
    found: list[str] = []
    at = 0
    while len(found) < _MOST_WORDS and (match := _WORD.match(text, at)):
        word = match[0].lower()
        if word not in _MORE or found:
            if word in STOP_WORDS and word != _PER:
                break
            found.append(match[0])
        at = match.end() + (text[match.end() : match.end() + 1] == " ")
    return tuple(found)


def _units(words: tuple[str, ...], *, first: bool = False) -> frozenset[Unit]:
    heads = words[: words.index(_PER)] if _PER in words else words
    for at in range(min(len(heads), 1 if first else _MOST_WORDS)):
        reading = read_unit(" ".join(words[at:]))
        if reading is not None:
            sterling = {STERLING} if reading.unit == POUND else set()
            return frozenset({reading.unit} | sterling)
    return frozenset()


def _is_tally(dimensions: Dimensions) -> bool:
    """`72 bpm` and `50 Hz`, which count."""
    powers = dict(dimensions)
    return powers.pop("time", 0) == -1 and set(powers) <= {"beat", "revolution"}


def _alike(one: Unit, other: Unit) -> bool:
    """Units that prose gives one name: degrees, tons, calories, dollars, beats."""
    kinds = [{base for base, _ in unit.dimensions} for unit in (one, other)]
    if kinds[0] | kinds[1] <= _DOLLARS:
        return one.size == other.size
    if {"beat", "revolution"} & kinds[1]:
        return kinds[1] <= kinds[0]
    if one.dimensions == other.dimensions and kinds[0] == {"length", "mass", "time"}:
        return one.size == other.size * 1000
    return {"temperature", "angle"} == kinds[0] | kinds[1] or {"mass", "ton"} == kinds[0] | kinds[1]
