"""Numbers written in digits: decimals, fractions, powers of ten and `21st`, read from tokens."""

import re
from decimal import Decimal
from typing import NamedTuple

_DIGITS = re.compile(r"\d{1,40}(?:\.\d{1,40})?")
"""Bounded, for Python refuses to read integers of thousands of digits."""
_ORDINAL = re.compile(r"(\d{1,12})(?:st|nd|rd|th)")
_TIMES = frozenset(("×", "x", "*", "times"))


class Number(NamedTuple):
    """A value and the token after its last."""

    value: Decimal
    stop: int
    ordinal: bool = False


def read_numeral(words: tuple[str, ...], at: int) -> Number | None:
    """The numeral that starts at a token, as far as it reaches."""
    ordinal = _ORDINAL.fullmatch(words[at])
    if ordinal:
        return Number(Decimal(ordinal.group(1)), at + 1, True)
    if not _DIGITS.fullmatch(words[at]):
        return None
    fraction = _fraction(words, at)
    if fraction is not None:
        return Number(fraction, at + 3)
    value, stop = Decimal(words[at]), at + 1
    part = _fraction(words, stop)
    if part is not None and part < 1 and words[at].isdecimal():
        return Number(value + part, stop + 3)
    return _power_of_ten(words, value, stop)


def _fraction(words: tuple[str, ...], at: int) -> Decimal | None:
    """`3/4`, but no part of the date `3/4/2020`."""
    if words[at + 1 : at + 2] != ("/",) or "/" in (*words[at - 1 : at], *words[at + 3 : at + 4]):
        return None
    parts = (words[at], *words[at + 2 : at + 3])
    if len(parts) < 2 or not all(part.isdecimal() and len(part) <= 6 for part in parts):
        return None
    return Decimal(parts[0]) / int(parts[1]) if int(parts[1]) else None


def _power_of_ten(words: tuple[str, ...], value: Decimal, stop: int) -> Number:
    r"""Scientific notation in plain text, superscripts or LaTeX (`3 \times 10^{8}`)."""
    plain = Number(value, stop)
    if words[stop + 1 : stop + 3] != ("10", "^") or words[stop] not in _TIMES:
        return plain
    exponent = words[stop + 3 : stop + 5]
    negative = exponent[:1] == ("-",)
    digits = exponent[1:] if negative else exponent[:1]
    if not digits or not digits[0].isdecimal() or len(digits[0]) > 2:
        return plain
    power = -int(digits[0]) if negative else int(digits[0])
    return Number(value.scaleb(power), stop + (5 if negative else 4))
