"""Dates as exact as they are given: a day, a month, a year, a decade, a century, or a range.

`dateutil` reads none of the last three, nor eras, and fills in what a date leaves open: to it 1871
is 22 November 1871 if today is the 22nd of November, and 10 or 1.5 are dates.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from .amounts import amounts, whole_amount

_MONTHS = {
    name: number
    for number, names in enumerate(
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug"
        "|september sept sep|october oct|november nov|december dec".split("|"),
        start=1,
    )
    for name in names.split()
}
_DECADES = {
    name: 1900 + 10 * tens
    for tens, name in enumerate(
        "twenties thirties forties fifties sixties seventies eighties nineties".split(), start=2
    )
}
_ROMAN = [
    tens + ones
    for tens in ("", "X", "XX")
    for ones in ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
][1:]
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_MONTH = r"(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\b(?!:)"
_ERAS = r"BCE|B\.C\.E\.?|BC|B\.C\.?|CE|C\.E\.?|AD|A\.D\.?"
_ERA = rf"(?:\s?(?P<era>{_ERAS})(?!\w))"
_YEAR = rf"(?P<year>\d{{3,4}}(?!\d)|\d{{1,4}}(?=\s?(?:{_ERAS})(?!\w)))"
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s(?:the\s)?)?"
_QUALIFIER = (
    r"(?:(?:the\s)?(?P<part>early|mid|middle|late|spring|summer|autumn|fall|winter|end|beginning"
    r"|start)(?:\sof)?[\s-](?:the\s)?)?"
)
_BEFORE = r"(?<![\w/.-])"
_AFTER = r"(?![\w/])(?!-\d)(?!\.\d)"
_FORMS = [
    rf"{_WEEKDAY}{_DAY}\s?(?:of\s)?{_MONTH},?(?:\s(?:of\s)?{_YEAR})?{_ERA}?",
    rf"{_WEEKDAY}{_MONTH}\s(?:the\s)?{_DAY}(?:,?\s(?:of\s)?{_YEAR})?{_ERA}?",
    r"(?P<year>\d{4})(?P<cut>[-/.])(?P<month_number>\d{1,2})(?P=cut)(?P<day>\d{1,2})(?:T[\d:.Z+]*)?",
    r"(?P<first>\d{1,2})(?P<cut>[-/.])(?P<second>\d{1,2})(?P=cut)(?P<year>\d{4}|\d{2})",
    r"(?P<year>\d{4})-(?P<month_number>0[1-9]|1[0-2])",
    rf"{_QUALIFIER}{_MONTH},?\s(?:of\s)?{_YEAR}{_ERA}?",
    rf"{_QUALIFIER}(?P<decade>\d{{2,3}}0)['’]?s{_ERA}?",
    rf"{_QUALIFIER}(?:['’](?P<short_decade>\d0)s)",
    rf"{_QUALIFIER}(?:the\s)?(?P<century>[\w]{{1,12}}(?:-\w{{3,9}})?)[\s-](?:century|centuries|c\.?){_ERA}?",
    rf"{_QUALIFIER}(?:the\s)?(?:nineteen[\s-])?(?P<decade_word>{'|'.join(_DECADES)})",
    r"(?P<era>AD|A\.D\.|CE)\s?(?P<year>\d{1,4})(?!\d)",
    rf"{_MONTH}\s{_DAY},?\s(?P<era>AD|A\.D\.|CE)\s?(?P<year>\d{{1,4}})(?!\d)",
    rf"{_DAY}\s{_MONTH},?\s(?P<era>AD|A\.D\.|CE)\s?(?P<year>\d{{1,4}})(?!\d)",
    rf"(?:the\s)?year\s(?P<year>\d{{1,4}})(?!\d){_ERA}?",
    rf"{_QUALIFIER}{_YEAR}{_ERA}?",
    rf"{_QUALIFIER}(?:the\s)?{_MONTH}",
]
_PATTERNS = [re.compile(_BEFORE + form + _AFTER, re.IGNORECASE) for form in _FORMS]
_ANY = re.compile(
    "|".join(
        re.sub(r"\?P<\w+>", "?:", _BEFORE + form.replace("(?P=cut)", "[-/.]") + _AFTER)
        for form in _FORMS
    ),
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"(?:(?:from|between)\s)?(?P<from>.{1,40}?)(?:\s?[-–—]\s?|\s(?:to|and|until|till|through)\s)(?P<to>.{1,40})",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"^(?:(?:in|on|during|at|by|around|about|approximately|circa|ca?|roughly)\b\.?\s?"
    r"){0,4}(?:the\s(?=\d))?",
    re.IGNORECASE,
)
_LONGEST = 300
_PARTS = {"middle": "mid", "fall": "autumn", "beginning": "early", "start": "early", "end": "late"}


class Date(NamedTuple):
    """Years before our era are negative; what is not told is none."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    span: int = 1
    """Years: 10 for a decade, which starts at `year`; 100 for the `year`-th century."""
    part: str = ""


class Period(NamedTuple):
    """From a date to a date."""

    start: Date
    end: Date


Reading = Date | Period


def _date(match: re.Match[str]) -> tuple[Date, ...]:
    """What a match means: two dates where day and month may be either way round."""
    found = match.groupdict()
    sign = -1 if (found.get("era") or "").upper().startswith("B") else 1
    part = (found.get("part") or "").lower()
    part = _PARTS.get(part, part)
    if found.get("century"):
        ordinal = [amount for amount in amounts(found["century"]) if amount.ordinal]
        number = int(ordinal[0].value) if len(ordinal) == 1 else _roman(found["century"])
        return (Date(sign * number, span=100, part=part),) if 0 < number < 60 else ()
    if found.get("decade"):
        years = int(found["decade"])
        decade = Date(sign * years, span=10, part=part)
        if years % 100 or sign < 0:
            return (decade,)
        return (decade, Date(years // 100 + 1, span=100, part=part))
    if found.get("decade_word"):
        return (Date(_DECADES[found["decade_word"].lower()], span=10, part=part),)
    if found.get("short_decade"):
        return (Date(1900 + int(found["short_decade"]), span=10, part=part),)
    year = sign * int(found["year"]) if found.get("year") else None
    if found.get("first"):
        return _either_way(int(found["first"]), int(found["second"]), found["year"])
    month = _MONTHS.get((found.get("month") or "").lower()) or int(found.get("month_number") or 0)
    return _valid(
        Date(year, month or None, int(found["day"]) if found.get("day") else None, part=part)
    )


def _roman(text: str) -> int:
    """Centuries are numbered so in many languages; 0 for what is no such numeral."""
    return _ROMAN.index(text.upper()) + 1 if text.upper() in _ROMAN else 0


def _either_way(first: int, second: int, written: str) -> tuple[Date, ...]:
    years = [int(written)] if len(written) == 4 else [1900 + int(written), 2000 + int(written)]
    return tuple(
        date
        for year in years
        for month, day in {(first, second), (second, first)}
        for date in _valid(Date(year, month, day))
    )


def _valid(date: Date) -> tuple[Date, ...]:
    if date.month is not None and not 1 <= date.month <= 12:
        return ()
    if date.day is not None and (date.month is None or not 1 <= date.day <= _DAYS[date.month - 1]):
        return ()
    return (date,) if date.year != 0 else ()


@lru_cache(maxsize=2048)
def whole_date(text: str) -> tuple[Reading, ...]:
    """All readings of a text that is a date and nothing else; none if it is no date."""
    text = text.strip()
    if len(text) > 80:
        return ()
    bare = _ABOUT.sub("", text, count=1)
    for pattern in _PATTERNS:
        match = pattern.fullmatch(bare)
        if match:
            return _date(match)
    period = _RANGE.fullmatch(bare)
    found = _period(period["from"].strip(), period["to"].strip()) if period else ()
    return found or _spelt_year(bare)


def _spelt_year(text: str) -> tuple[Reading, ...]:
    """`nineteen forty-nine`."""
    amount = None if any(char.isdigit() for char in text) else whole_amount(text)
    if amount is None or amount.unit or amount.ordinal or not 1000 <= amount.value <= 2100:
        return ()
    return (Date(int(amount.value)),)


def _period(first: str, last: str) -> tuple[Reading, ...]:
    if re.fullmatch(r"\d{1,2}", last) and re.fullmatch(r"\d{4}", first):
        last = first[: 4 - len(last)] + last
    ends = whole_date(last)
    if re.fullmatch(r"\d{1,2}(?:st|nd|rd|th)?", first) and ends and isinstance(ends[0], Date):
        if ends[0].day is not None:
            return (Period(ends[0]._replace(day=int(re.sub(r"\D", "", first))), ends[0]),)
    starts = whole_date(first)
    if not starts and re.fullmatch(r"\d{1,4}", first):
        era = next((end.year for end in ends if isinstance(end, Date) and end.year), None)
        starts = (Date(-int(first) if era and era < 0 else int(first)),) if int(first) else ()
    return tuple(
        Period(_filled(start, end), end)
        for start in starts
        for end in ends
        if isinstance(start, Date) and isinstance(end, Date)
    )


def _filled(start: Date, end: Date) -> Date:
    """`May to June 1940` starts in 1940, and `500–323 BC` in 500 BC."""
    if start.year is None:
        return start._replace(year=end.year)
    if end.year is not None and end.year < 0 < start.year:
        return start._replace(year=-start.year)
    return start


class Stands(NamedTuple):
    """What a date in a text may mean, and the character at which it starts."""

    readings: tuple[Reading, ...]
    start: int


@lru_cache(maxsize=512)
def dates_within(text: str) -> tuple[Stands, ...]:
    """Every date in a text, in order; none of a long one."""
    if len(text) > _LONGEST:
        return ()
    found = (
        Stands(whole_date(match[0]), match.start())
        for match in _ANY.finditer(text)
        if match[0] not in _NO_MONTHS
    )
    return tuple(stands for stands in found if stands.readings)


_NO_MONTHS = ("may", "march", "mar", "sept")
"""So written they are other words."""


def tells(given: Reading, gold: Reading, *, finer: bool, known_year: bool) -> bool:
    """Whether a date says what the gold says, and, if `finer` may, more."""
    if isinstance(given, Period) or isinstance(gold, Period):
        return (
            isinstance(given, Period)
            and isinstance(gold, Period)
            and tells(given.start, gold.start, finer=finer, known_year=known_year)
            and tells(given.end, gold.end, finer=finer, known_year=known_year)
        )
    if given == gold:
        return True
    if gold.span != 1 or given.span != 1 or gold.part or (given.part and not finer):
        return False
    if given.year is None and known_year:
        given = given._replace(year=gold.year)
    pairs = ((given.year, gold.year), (given.month, gold.month), (given.day, gold.day))
    return all(theirs == ours or (ours is None and finer) for theirs, ours in pairs)
