"""Dates, quantities and counts: the answers that are checked most exactly.

Left alone: what is hedged ("more than", "up to"), one end of a range, and the years of statistics
("estimated at 8 million in 2015"), where the figure is the fact and the year only its date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from webscale_rl_dagster.writing.found import Found

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
_YEAR = r"(?:1[0-9]{3}|20[0-9]{2})"
_PLAIN_YEAR = rf"(?:{_MONTH} )?{_YEAR}(?![\w–-]|[.,]\d)"
_NTH = r"(?:st|nd|rd|th)"
_DATES = (
    (
        rf"(?<![\w–-])(?:\d{{1,2}}{_NTH}? {_MONTH},? {_YEAR}|{_MONTH} \d{{1,2}}{_NTH}?,? {_YEAR})"
        r"(?![\w–-])",
        3.4,
    ),
    (r"(?<![\w–-])(?:\d{1,4} (?:BCE?|CE|AD)|AD \d{1,4})(?![\w–-])", 3.2),
    (rf"(?<=\b[Ii]n ){_PLAIN_YEAR}", 3.6),
    (rf"(?<=\b[Ii]n ){_MONTH} [1-9]\d{{2}}(?![\w–-]|[.,]\d)", 3.4),
    (r"(?<=[a-z] in )[1-9]\d{2}(?=\.(?:\s|\Z)|[,;] )", 3.0),
    (rf"(?<=\bsince |\buntil ){_PLAIN_YEAR}", 2.8),
    (
        r"\b(?:built|began|started|founded|introduced|invented|abolished)\b[^,;]{0,60}? in the"
        r" (?:early |late |mid-)?(?P<date>\d{1,2}(?:st|nd|rd|th) century(?: BCE?)?)(?![\w-])",
        2.0,
    ),
)
_DATE_PATTERNS = tuple((re.compile(pattern), score) for pattern, score in _DATES)
_PART_OF_RANGE = re.compile(
    r"(?:as of|between|from|and|or|to|by|before|after|around|about|circa|ca?\."
    r"|[–-]) ?(?:in )?\Z",
    re.IGNORECASE,
)
_STATISTIC = re.compile(
    r"%|per ?cent|estimated|population|per capita|literacy|GDP|unemployment|\baged\b|census"
    r"|expectancy|expenditure|[Pp]roduction|output|[Ss]ales|revenues?|turnover|consumption"
)
_FIGURE = re.compile(rf"(?!{_YEAR}\b)(?<![\d,.])\d[\d,.]*")

_NUMBER = (
    r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?: (?:million|billion|trillion|thousand))?"
)
_SYMBOLS = r"°[CF]|km/h|mph|m/s|km²|km2|km|cm|mm|nm|kg|kW|MW|GW|kHz|MHz|GHz|Hz|kB|MB|GB|TB|AU|m|g|K"
_METRIC = r"(?:kilomet|met|centimet|millimet|nanomet|lit|millilit)(?:re|er)s?"
_WORDS = (
    r"miles?|feet|foot|inch(?:es)?|yards?|kilograms?|grams?|milligrams?|tonnes|tons|pounds|acres"
    r"|hectares|gallons|volts?|watts?|joules?|kelvins?|bits|bytes|degrees(?: (?:Celsius|Fahrenheit"
    r"))?|light-years|years|months|weeks|days|hours|minutes|seconds|milliseconds|sq km|sq mi"
)
_UNIT = (
    rf"(?:%| ?percent\b| per ?cent\b|[ \u00a0-]?(?:{_SYMBOLS})(?!\w)"
    rf"|[ \u00a0](?:(?:square|cubic) )?(?:{_METRIC}|{_WORDS})\b)"
)
_BEFORE = r"(?<![\w.,–$€£#§/+*=^-])"
_MONEY = re.compile(rf"(?<![\w$])(?:US|A|C|NZ|HK)?[$€£¥]{_NUMBER}(?! ?[–-]\d)")
_QUANTITY = re.compile(rf"{_BEFORE}{_NUMBER}{_UNIT}(?: ago\b)?(?![-/])")
_COUNT = re.compile(
    rf"{_BEFORE}{_NUMBER}(?= [a-z]{{3,}})(?!-| (?:and|or|to|in|on|at|by|for|from|of|with|was|were"
    r"|is|are|as|the|but|until|when|after|before)\b)"
)
_LOOSE = re.compile(
    r"(?:\b(?:more|less|fewer|greater|larger|higher|lower|longer|smaller|shorter) than"
    r"|exceed(?:s|ed|ing)?|over|at least|at most|up to|as (?:many|much|few|low|high) as|between"
    r"|from|to|and|or|nearly|almost|roughly|around|some|under|above|below|minus|minimum of"
    r"|age of|aged|[–-]|×|by)(?: an?)? ?\Z",
    re.IGNORECASE,
)
_RANGE = re.compile(r" ?(?:[–-]|to|or|and) ?\d| or (?:more|less|so)\b")
_ABOUT = re.compile(r"(?:about|approximately|an estimated|estimated|circa) ?\Z")
_LABELLED = re.compile(r"(?:[A-Z]\w*|[Nn]umber|reactor|version|type|class|page|step|section) \Z")


def dates(sentence: str) -> Iterator[Found]:
    """Days, months and years that something happened in; centuries only of what was built then."""
    if _STATISTIC.search(sentence) and _FIGURE.search(sentence):
        return
    for pattern, score in _DATE_PATTERNS:
        for match in pattern.finditer(sentence):
            start, end = match.span("date" if "date" in pattern.groupindex else 0)
            if not _PART_OF_RANGE.search(sentence[:start]):
                yield Found(start, end, "date", score)


def quantities(sentence: str) -> Iterator[Found]:
    """Figures with their unit or currency; one that opens its sentence is left alone."""
    for pattern in (_MONEY, _QUANTITY):
        for match in pattern.finditer(sentence):
            if match.start() and not _is_loose(sentence, match):
                yield Found(*match.span(), "unit", 3.4 - _doubt(sentence, match))


def counts(sentence: str) -> Iterator[Found]:
    """Bare numbers of countable things; neither years nor the numbers of names ("Apollo 11")."""
    for match in _COUNT.finditer(sentence):
        if re.fullmatch(_YEAR, match[0]) or _LABELLED.search(sentence[: match.start()]):
            continue
        if not _is_loose(sentence, match):
            yield Found(*match.span(), "number", 2.8 - _doubt(sentence, match))


def _is_loose(sentence: str, match: re.Match[str]) -> bool:
    before, after = sentence[: match.start()], sentence[match.end() :]
    return bool(_LOOSE.search(before) or _RANGE.match(after))


def _doubt(sentence: str, match: re.Match[str]) -> float:
    """What is about so much, or measured to five figures, is another number in another source."""
    about = 0.8 if _ABOUT.search(sentence[: match.start()]) else 0.0
    return about + (1.2 if len(re.sub(r"\D", "", match[0]).strip("0")) >= 5 else 0.0)
