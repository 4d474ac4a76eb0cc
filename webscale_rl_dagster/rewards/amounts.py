"""Amounts: numbers in digits or words with what they count, wherever they stand in a short text."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from .normalise import tokenise
from .number_words import NUMBER_WORDS, read_number
from .unit_names import Unit
from .units import SIGNS, plain, read_unit

_SCALES = {
    "hundred": 2, "thousand": 3, "lakh": 5, "million": 6, "crore": 7, "billion": 9, "bn": 9,
    "trillion": 12, "quadrillion": 15,
}  # fmt: skip
SCALES = {name: Decimal(10) ** power for name, power in _SCALES.items()}
_SUFFIXES = {"k": 3, "m": 6, "mn": 6, "mm": 6, "b": 9, "bn": 9, "t": 12, "tn": 12}
_SIGN = re.compile(
    "(?:" + "|".join(map(re.escape, sorted(SIGNS, key=len, reverse=True))) + r")\s?$"
)
_CODE = re.compile(r"\b(?:USD|EUR|GBP|JPY|CNY|INR|CHF|CAD|AUD|Rs\.?)\s?$")
_MINUS = re.compile(r"(?:(?<![\w)\]%])-|\b(?:minus|negative)\s)\s?$", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?<![\w.,^])(?P<digits>(?:\d{1,3}(?:,\d{3})+|\d{1,40})(?:\.\d{1,40})?|\.\d{1,40})(?!\.?\d|\^)"
    r"(?:\s?/\s?(?P<under>\d{1,9})(?![\d/])|\s(?P<top>\d{1,4})/(?P<bottom>\d{1,4})(?![\d/]))?"
    r"(?:\s?[*x·]\s?10\s?\^\s?\(?(?P<power>[-+]?\d{1,3})\)?|[eE](?P<e>[-+]?\d{1,3})(?!\w))?"
    r"(?P<ordinal>(?:st|nd|rd|th)\b)?"
    r"|(?<![\w.])10\s?\^\s?\(?(?P<alone>[-+]?\d{1,3})\)?(?![\d^])"
    r"|(?<!\d\s)\b(?P<word>[A-Za-z]+)"
)
_SCALE = re.compile(
    r"[\s-]?(" + "|".join(_SCALES) + r")\b(?:\s(thousand|million|billion|trillion)\b)?", re.I
)
_SUFFIX = re.compile(r"\s?(k|mn?|mm|bn?|tn?)\b", re.IGNORECASE)
_ATTACHED = re.compile(r"(M|B|bn|k)\b")
_FRACTION = re.compile(r"\\[dt]?frac\s?\{?(\d+)\}?\s?\{?(\d+)\}?")
_DOLLARS = re.compile(r"\$(?!\s)([^$]{1,80})(?<!\s)\$(?!\d)")
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?![\d,])")
_FRACTIONS = {
    name: below
    for below, names in enumerate(
        "half|third|quarter fourth|fifth|sixth|seventh|eighth|ninth|tenth".split("|"), start=2
    )
    for name in names.split()
}
_ONE_PART = re.compile(rf"(?:an?|one)[\s-]({'|'.join(_FRACTIONS)})\b", re.IGNORECASE)
_OF_ONE = re.compile(r"(?:of )?an? ")
"""`half an hour`."""
_AND_PART = re.compile(r"\s+and\s+(?:an?|one)\s+(half|third|quarter)\b", re.IGNORECASE)
_VULGAR = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅛": "1/8", "⅜": "3/8"}
_VULGAR_SIGN = re.compile("([0-9]?) ?([" + "".join(_VULGAR) + "])")
_LARGEST = 400
"""Characters in which amounts are looked for."""
_RATIO = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s?(?::|/|to|in|of|out of)\s?(\d{1,9}(?:\.\d{1,9})?)")


class Amount(NamedTuple):
    """A value, its unit if any, and its place in `prepared` text."""

    value: Decimal
    unit: Unit | None
    start: int
    end: int
    ordinal: bool = False


def prepared(text: str) -> str:
    r"""The text in which `amounts` tells places: `\frac{3}{4}` as `3/4`, `10⁸` as `10^8`."""
    text = _VULGAR_SIGN.sub(lambda m: f"{m[1]} {_VULGAR[m[2]]}".strip(), text)
    if "$" in text:
        text = _DOLLARS.sub(r"\1", text)
    if "\\" in text:
        text = _FRACTION.sub(r" \1/\2", text).replace(r"\times", "*").replace("{,}", ",")
    text = plain(text).replace(r"\times", "*")
    return _GROUPED.sub(lambda match: re.sub(r"\s", "", match[0]), text).strip()


@lru_cache(maxsize=1024)
def amounts(text: str) -> tuple[Amount, ...]:
    """All of a prepared text, in order."""
    found: list[Amount] = []
    at = 0
    while len(text) <= _LARGEST and (match := _NUMBER.search(text, at)):
        at = match.end()
        amount = _in_words(text, match.start()) if match["word"] else _in_digits(text, match)
        if amount is not None:
            found.append(_with_unit(text, amount, found[-1].end if found else 0))
            at = found[-1].end
    return tuple(found)


def _in_digits(text: str, match: re.Match[str]) -> Amount | None:
    if match["alone"]:
        value, end = Decimal(1).scaleb(int(match["alone"])), match.end()
        return Amount(value, None, match.start(), end)
    value = Decimal(match["digits"].replace(",", ""))
    if match["under"] or match["bottom"]:
        below = Decimal(match["under"] or match["bottom"])
        if not below:
            return None
        value = value / below if match["under"] else value + Decimal(match["top"]) / below
    value = value.scaleb(int(match["power"] or match["e"] or 0))
    end, ordinal = match.end(), match["ordinal"] is not None
    scale = None if ordinal else _SCALE.match(text, end)
    if scale:
        value = value.scaleb(_SCALES[scale[1].lower()] + _SCALES.get((scale[2] or "").lower(), 0))
        end = scale.end()
    elif match["power"] is None and (attached := _ATTACHED.match(text, end)):
        value, end = value.scaleb(_SUFFIXES[attached[1].lower()]), attached.end()
    return Amount(value, None, match.start(), end, ordinal)


def _in_words(text: str, start: int) -> Amount | None:
    word = re.match(r"[A-Za-z]+", text[start:])
    lowered = word[0].lower() if word else ""
    fraction = _ONE_PART.match(text, start)
    if fraction:
        below = _FRACTIONS[fraction[1].lower()]
        return Amount(Decimal(1) / below, None, start, fraction.end())
    if lowered in ("a", "an"):
        then = _SCALE.match(text, start + len(lowered))
        if then:
            return Amount(Decimal(10) ** _SCALES[then[1].lower()], None, start, then.end())
        behind = text[start + len(lowered) + 1 :]
        reading = read_unit(behind[:60]) if len(behind.split(" ")[0]) > 2 else None
        ends = reading is not None and not behind[reading[1] : reading[1] + 1].isalnum()
        return Amount(Decimal(1), None, start, start + len(lowered)) if ends else None
    if lowered not in NUMBER_WORDS:
        return None
    tokens = tokenise(text)
    try:
        number = read_number(tokens.words, tokens.starts.index(start))
    except ValueError:
        return None
    if number is None:
        return None
    return Amount(number.value, None, start, tokens.ends[number.stop - 1], number.ordinal)


def _with_unit(text: str, amount: Amount, since: int) -> Amount:
    value, unit, start, end, ordinal = amount
    sign = _SIGN.search(text, since, start) or _CODE.search(text, since, start)
    if sign:
        start = sign.start()
        reading = read_unit(sign[0].strip().rstrip("."))
        unit = reading[0] if reading else None
        suffix = _SUFFIX.match(text, end)
        if suffix:
            value, end = value.scaleb(_SUFFIXES[suffix[1].lower()]), suffix.end()
    elif not ordinal:
        part = _AND_PART.match(text, end)
        if part:
            value, end = value + Decimal(1) / _FRACTIONS[part[1].lower()], part.end()
            scale = _SCALE.match(text, end)
            if scale:
                value, end = value.scaleb(_SCALES[scale[1].lower()]), scale.end()
        gap = end + (text[end : end + 1] in (" ", "-", "\u00a0"))
        of_one = _OF_ONE.match(text, gap)
        gap = of_one.end() if of_one else gap
        reading = read_unit(text[gap : gap + 60])
        if reading and not text[gap + reading[1] : gap + reading[1] + 1].isalpha():
            unit, end = reading[0], gap + reading[1]
            part = _AND_PART.match(text, end)
            if part:
                value, end = value + Decimal(1) / _FRACTIONS[part[1].lower()], part.end()
    minus = _MINUS.search(text, since, start)
    if minus:
        value, start = -value, minus.start()
    return Amount(value, unit, start, end, ordinal)


def whole_amount(text: str) -> Amount | None:
    """The one amount that a prepared text consists of, `5 ft 11 in` added up."""
    found = amounts(text)
    if not found or found[0].start != 0 or found[-1].end != len(text):
        return None
    total = found[0]
    for before, part in zip(found, found[1:], strict=False):
        between = text[before.end : part.start].strip(" ,")
        if between not in ("", "and") or not (total.unit and before.unit and part.unit):
            return None
        if part.unit.dimensions != total.unit.dimensions or part.unit.size >= before.unit.size:
            return None
        added = part.value * part.unit.size / total.unit.size
        total = total._replace(value=total.value + added)
    return total


def ratio(text: str) -> tuple[Decimal, Decimal] | None:
    """The two sides of `3:2`, `3 to 2`, or `3 out of 5`."""
    match = _RATIO.fullmatch(text.strip())
    return (Decimal(match[1]), Decimal(match[2])) if match else None
