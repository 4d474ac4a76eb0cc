"""Numbers with their units, wherever they stand in a text."""

from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from webscale_rl_dagster.rewards.normalise import Tokens, tokenise
from webscale_rl_dagster.rewards.number_words import NUMBER_WORDS, read_number
from webscale_rl_dagster.rewards.units import plain, read_unit

ORDINAL = "ordinal"
"""Stands for a unit: the third is not three."""
CURRENCY_SIGNS = frozenset("$€£¥")
_SIGNS = frozenset(("-", "minus", "negative"))
_SHORT_SCALES = {"k": Decimal(1000), "m": Decimal(10**6), "b": Decimal(10**9)}
"""Read as scales only after a currency sign; `5 m` is a length."""
_NO_UNITS = frozenset(("in", "am", "pm", "as", "at"))
"""Behind a number of a sentence these are seldom inches or picometres."""
_LONGEST_UNIT = 60
"""Characters."""


class Quantity(NamedTuple):
    """A value, its unit's name in words (`meter per second`, `percent`), and where it stands.

    That is in tokens `first:stop`, in characters `start:end`.
    """

    value: Decimal
    unit: str
    first: int
    stop: int
    start: int
    end: int

    def agrees(self, other: "Quantity") -> bool:
        """Same value, and no unit that contradicts; a missing unit contradicts no unit."""
        if self.value != other.value:
            return False
        if ORDINAL in (self.unit, other.unit):
            return self.unit == other.unit
        return not self.unit or not other.unit or self.unit == other.unit


@lru_cache(maxsize=32)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Every number of the text in order, in digits or in words."""
    words, starts, ends = tokens = tokenise(text)
    found: list[Quantity] = []
    at = 0
    while at < len(words):
        word = words[at]
        number = read_number(words, at) if word in NUMBER_WORDS or word[0].isdecimal() else None
        if number is None:
            at += 1
            continue
        value, first, stop, unit = number.value, at, number.stop, ""
        if words[first - 1 : first] == ("$",) and words[stop : stop + 1] == ("$",):
            unit, behind = _unit_behind(text, tokens, stop + 1)
            stop = behind if unit else stop
        elif first and words[first - 1] in CURRENCY_SIGNS:
            first -= 1
            unit = _currency(words[first])
            if stop < len(words) and words[stop] in _SHORT_SCALES:
                value *= _SHORT_SCALES[words[stop]]
                stop += 1
        elif number.ordinal:
            unit = ORDINAL
        else:
            unit, stop = _unit_behind(text, tokens, stop)
        if first and words[first - 1] in _SIGNS:
            first -= 1
            value = -value
        found.append(Quantity(value, unit, first, stop, starts[first], ends[stop - 1]))
        at = stop
    return tuple(found)


def _unit_behind(text: str, tokens: Tokens, stop: int) -> tuple[str, int]:
    """The unit that follows the tokens before `stop`, and the token after it."""
    words, starts, ends = tokens
    if words[stop : stop + 1] == () or words[stop] in _NO_UNITS:
        return "", stop
    start = ends[stop - 1]
    start += text[start : start + 1] in (" ", "-", "\u00a0")
    behind = plain(text[start : start + _LONGEST_UNIT])
    dress = len(behind) - len(behind.lstrip())
    reading = read_unit(behind[dress:])
    if reading is None or behind[dress + reading.end :][:1].isalnum():
        return "", stop
    reached = start
    while stop < len(words) and (
        starts[stop] < reached or len(plain(text[start:reached]).rstrip()) < dress + reading.end
    ):
        reached = ends[stop]
        stop += 1
    return _said(reading.name), stop


@lru_cache(maxsize=8)
def _currency(sign: str) -> str:
    reading = read_unit(sign)
    return _said(reading.name) if reading else ""


def _said(unit: str) -> str:
    """Five pounds may be money or a mass: both are pounds."""
    return unit.replace("pound sterling", "pound")


def whole_quantity(text: str) -> Quantity | None:
    """The quantity that a text consists of, when there is nothing else in it."""
    found = quantities(text)
    if len(found) != 1 or (found[0].first, found[0].stop) != (0, len(tokenise(text).words)):
        return None
    return found[0]
