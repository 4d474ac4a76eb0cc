"""Numbers with their units, wherever they stand in a text."""

from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from webscale_rl_dagster.rewards.normalise import tokenise
from webscale_rl_dagster.rewards.number_words import NUMBER_WORDS, read_number

from .units import CURRENCY_SIGNS, UNITS, unit_at

ORDINAL = "ordinal"
"""Stands for a unit: the third is not three."""
_SIGNS = frozenset(("-", "minus", "negative"))
_SHORT_SCALES = {"k": Decimal(1000), "m": Decimal(10**6), "b": Decimal(10**9)}
"""Read as scales only after a currency sign; `5 m` is a length."""


class Quantity(NamedTuple):
    """A value, its unit's name, and where it stands: in tokens `first:stop`, in characters."""

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
    words, starts, ends = tokenise(text)
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
            unit, length = unit_at(words, stop + 1)
            stop += 1 + length if unit else 0
        elif first and words[first - 1] in CURRENCY_SIGNS:
            first -= 1
            unit = UNITS[words[first]]
            if stop < len(words) and words[stop] in _SHORT_SCALES:
                value *= _SHORT_SCALES[words[stop]]
                stop += 1
        elif number.ordinal:
            unit = ORDINAL
        else:
            unit, length = unit_at(words, stop)
            stop += length
        if first and words[first - 1] in _SIGNS:
            first -= 1
            value = -value
        found.append(Quantity(value, unit, first, stop, starts[first], ends[stop - 1]))
        at = stop
    return tuple(found)


def whole_quantity(text: str) -> Quantity | None:
    """The quantity that a text consists of, when there is nothing else in it."""
    found = quantities(text)
    if len(found) != 1 or (found[0].first, found[0].stop) != (0, len(tokenise(text).words)):
        return None
    return found[0]
