"""Finds the spans of a sentence that could be answers, one small rule set per kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate inside one sentence; `score` says how good a question it usually makes."""

    start: int
    end: int
    kind: Literal["number", "unit", "date", "entity", "term"]
    score: float


_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
_YEAR = r"(?:1[0-9]{3}|20[0-9]{2})"
_ERA = r"(?: ?(?:BCE|BC|CE|AD))"
_DATES = (
    (re.compile(rf"(?<![\w–-])(?:\d{{1,2}} {_MONTH} {_YEAR}|{_MONTH} \d{{1,2}}, {_YEAR})(?![\w–-])"), 3.4),
    (re.compile(rf"(?<![\w–-])\d{{1,4}}{_ERA}(?![\w–-])"), 3.2),
    (re.compile(rf"(?<=\b[Ii]n )(?:{_MONTH} )?{_YEAR}(?![\w–-]|[.,]\d|s\b)"), 3.6),
    (re.compile(rf"(?<=\bsince |\buntil |\bround )(?:{_MONTH} )?{_YEAR}(?![\w–-]|[.,]\d)"), 2.8),
    (re.compile(r"(?<=\bbuilt in the |\bbegan in the )\d{1,2}(?:st|nd|rd|th) century(?: BCE?)?(?![\w-])"), 2.0),
)
_STATISTIC = re.compile(
    r"%|per ?cent|estimated|population|per capita|literacy|GDP|unemployment|\baged\b|census"
)
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?: (?:million|billion|trillion|thousand))?"
_UNIT = (
    r"(?:%| ?percent\b| per ?cent\b|[ \u00a0-]?(?:°[CF]|km/h|mph|m/s|km²|km2|km|cm|mm|nm|kg|kW|MW|GW|"
    r"kHz|MHz|GHz|Hz|kB|MB|GB|TB|AU|m|g|K)(?!\w)|[ \u00a0](?:(?:square|cubic) )?(?:kilomet|met|centimet|"
    r"millimet|nanomet|lit|millilit)(?:re|er)s?\b|[ \u00a0](?:(?:square|cubic) )?(?:miles?|feet|foot|inch(?:es)?"
    r"|yards?)\b|[ \u00a0](?:kilograms?|grams?|milligrams?|tonnes|tons|pounds|acres|hectares|gallons|volts?|watts?"
    r"|joules?|kelvins?|bits|bytes|degrees(?: (?:Celsius|Fahrenheit))?|light-years|years|months|weeks"
    r"|days|hours|minutes|seconds|milliseconds)\b)"
)
_MONEY = re.compile(rf"(?<![\w$])(?:US|A|C|NZ|HK)?[$€£¥]{_NUMBER}(?! ?[–-]\d)")
_QUANTITY = re.compile(rf"(?<![\w.,–$€£/-]){_NUMBER}{_UNIT}(?!-)")
_COUNT = re.compile(rf"(?<![\w.,–$€£#§/+*=^-]){_NUMBER}(?= [a-z]{{3,}})(?!-| (?:and|or|to|in|on|at|by|for|from|of|with|was|were|is|are|as|the|but|until|when)\b)")
_LOOSE = re.compile(
    r"(?:more than|over|less than|at least|at most|up to|fewer than|as (?:many|much|few|low|high) as"
    r"|between|from|to|and|or|nearly|almost|roughly|around|some|under|above|below|under|minimum of"
    r"|age of|aged|[–-]|×|by) ?\Z",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"(?:about|approximately|an estimated|estimated|circa|roughly|around) ?\Z")
_LABELLED = re.compile(r"(?:[A-Z]\w*|[Nn]umber|reactor|version|type|class|page|step|section) \Z")

_CAP = r"(?:Dr|St|Mr|Mrs|Prof)\.|[A-ZÀ-Þ][\w&]*[\w]|[A-ZÀ-Þ]\."
_NAME = re.compile(
    rf"(?:{_CAP})(?:(?: (?:of the|of|de la|de|la|van der|van|von|del|di|da|du|al|ibn|bin))? (?:{_CAP})|-(?:{_CAP}))*"
)
_ROLE = (
    r"(?:[a-z]*(?:ist|ian|ician|ologist|onomer|ographer)|author|writer|poet|king|queen|emperor|president"
    r"|engineer|explorer|architect|general|inventor|painter|composer|director|founder|minister|pope"
    r"|leader|designer|sculptor|programmer|professor|scholar|actor|singer|astronaut|navigator|captain"
    r"|capital|currency|goddess|god|planet|moon|river|mountain|volcano|strait|lake|sea|island)"
)
_NAMED = re.compile(
    r"(?:\b(?:named (?:after|for|in honou?r of)|called|known as|nicknamed|coined by|discovered by|invented"
    r" by|founded by|written by|designed by|developed by|created by|proposed by|introduced by|directed by"
    r"|composed by|painted by|built by|published by|described by|led by|ruled by|established by"
    r"|formulated by|identified by|isolated by|commissioned by|succeeded by|assassinated by|defeated by"
    r"|\w+ed(?: (?:in|for|at) [\w ]{1,24})?(?: \w+ly)? by|wrote|owned by|born in|born at|died in|headquartered in|capital of|located (?:in|on|at)|situated (?:in|on|at)|(?:only|largest|highest|oldest|smallest|longest|deepest|main) [\w ]{3,40} (?:is|was)(?: at| in| on|,)?|largest settlement is|sits atop|dedicated to|the (?:son|daughter) of|(?:capital|city|town|peak|mountain"
    r"|river|lake|state|element|planet|moon|language|religion|currency) (?:is|was|being),?|defeated)"
    rf" (?:the )?|\b{_ROLE}(?: of)? |\b{_ROLE},? )\Z"
)
_CALLED = re.compile(
    r"\b(?:called|known as|termed|referred to as|named|dubbed|nicknamed)"
    r" (?:the |a |an )?[\"“‘']?(?P<term>[A-Za-z][\w’-]*(?: (?!(?:in|of|to|by|for|on|at|as|and|or|is|are|which|that|who|where|because)\b)[a-z][\w’-]*){0,2}|[A-Z][\w’-]*(?: [A-Z][\w’-]*)*)[\"”’']?"
    r"(?=[.,;:]| (?:and|or|which|that|who|where|in|by|from|because|when|while|is|are|was|were)\b)"
)
_DID = re.compile(
    r" (?:(?:was|became|is|were) the (?:first|only|last|largest|oldest|smallest|highest|second|third)"
    r"|(?:first )?(?:proposed|invented|discovered|founded|wrote|designed|created|developed|introduced|coined"
    r"|formulated|proved|painted|composed|conquered|synthesi[sz]ed|patented|declared|finished))\b"
)
_LISTED = re.compile(r" (?:and|or)\b|,(?: [\w-]+){1,2},|,? or \w+[.,]")
_DEFINED = re.compile(
    r"(?:In [a-z]+(?: [a-z]+)?, )?(?:An? |an? )?(?P<term>[A-Za-z][a-z’-]{3,}(?: [a-z][a-z’-]+){0,2})"
    r" (?:is|are|refers to) (?:the|an?) (?=[a-z])"
)
_GENERIC = re.compile(
    r"(?:[Tt]here|[Tt]his|[Tt]hat|[Ww]hat|[Ii]t|[Oo]ne|[Tt]hey|[Ss]uch|[Tt]hese|[Aa]nother|[Tt]he|[Ee]ach|[Ss]ome|[Ss]ame"
    r"|[Mm]ajor|[Mm]ain|[Cc]ommon|[Ee]xample|[Ii]n|[Oo]n|[Aa]t|[Hh]ow|[Ww]hen)\b| (?:of|in|for|to|with|by|on|that|which|and|or|is|are) |\b(?:example|reason|part|way|option|alternative|result|goal|advantage)s?\Z"
)
_COMMON = re.compile(
    r"(?:The|It|He|She|They|This|In|On|At|By|As|A|An|I|January|February|March|April|May|June|July"
    r"|August|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday"
    r"|Sunday|Earth|God|Western|Eastern|Northern|Southern|North|South|East|West|World|Internet|Web|U\.S|US|UK"
    r"|United States|United Kingdom|English|American|British|European|French|German|Latin|Greek)\Z"
)


def find_all(sentence: str) -> Iterator[Found]:
    """Every candidate of the sentence outside brackets and quotations; kinds do not overlap."""
    taken: list[tuple[int, int]] = [match.span() for match in re.finditer(r"\([^()]*\)|\[[^\]]*\]", sentence)]
    finders: tuple[Callable[[str], Iterator[Found]], ...] = (_terms, _definitions, _dates, _quantities, _counts, _names)
    for finder in finders:
        for found in finder(sentence):
            if not any(found.start < end and start < found.end for start, end in taken):
                taken.append((found.start, found.end))
                yield found


def _dates(sentence: str) -> Iterator[Found]:
    if _STATISTIC.search(sentence):
        return
    for pattern, score in _DATES:
        for match in pattern.finditer(sentence):
            if not re.search(r"(?:as of|between|from|and|or|to|by|before|after|[–-]) ?(?:in )?\Z", sentence[: match.start()], re.I):
                yield Found(*match.span(), "date", score)


def _quantities(sentence: str) -> Iterator[Found]:
    for pattern in (_MONEY, _QUANTITY):
        for match in pattern.finditer(sentence):
            if match.start() and not _is_loose(sentence, match):
                yield Found(*match.span(), "unit", 3.4 - _about(sentence, match))


def _counts(sentence: str) -> Iterator[Found]:
    for match in _COUNT.finditer(sentence):
        year = re.fullmatch(_YEAR, match[0])
        if not year and not _is_loose(sentence, match) and not _LABELLED.search(sentence[: match.start()]):
            yield Found(*match.span(), "number", 2.8 - _about(sentence, match))


def _terms(sentence: str) -> Iterator[Found]:
    for match in _CALLED.finditer(sentence):
        start, end = match.span("term")
        if end - start > 3 and not _LISTED.match(sentence[end:]):
            yield Found(start, end, "term", 4.6)


def _definitions(sentence: str) -> Iterator[Found]:
    match = _DEFINED.match(sentence)
    if match and not _GENERIC.search(match["term"]):
        yield Found(*match.span("term"), "term", 3.3)


def _names(sentence: str) -> Iterator[Found]:
    for match in _NAME.finditer(sentence):
        start, end = match.span()
        if (start == 0 and not (" " in match[0] and _DID.match(sentence[end:]))) or _COMMON.match(match[0]) or not _whole_name(sentence, start, end):
            continue
        pinned = is_pinned(sentence[:start], sentence[end:])
        yield Found(start, end, "entity", (4.2 if pinned else 1.0) + (0.3 if " " in match[0] else 0.0))


def _whole_name(sentence: str, start: int, end: int) -> bool:
    """Neither an adjective ("Germanic settlers"), nor one of a list, nor part of something longer."""
    before, after = sentence[:start], sentence[end:]
    if re.match(r"['’]|-\w| [a-z]+(?:s|er|or|ed|al|ic|ian|ion|ment|ity|age|ar)\b(?<! is)(?<! was)(?<! has)|,? (?:and|or|&) (?:the )?[A-Z]|, (?:the )?[A-Z]", after):
        return False
    return not re.search(r"[A-Z][\w]*,? (?:and|or|&) (?:the )?\Z|[A-Z][\w]*, (?:the )?\Z|such as |includ|e\.g|[-–/]\Z|[.:“\"] ?\Z", before[-40:])


def _is_loose(sentence: str, match: re.Match[str]) -> bool:
    before, after = sentence[: match.start()], sentence[match.end() :]
    return bool(_LOOSE.search(before)) or bool(re.match(r" ?(?:[–-]|to|or|and) ?\d| or (?:more|less|so)", after))


def _about(sentence: str, match: re.Match[str]) -> float:
    return 0.8 if _ABOUT.search(sentence[: match.start()]) else 0.0


def is_pinned(before: str, after: str) -> bool:
    """Whether the words around a name say which name it must be: "discovered by", "was the first"."""
    if re.search(r"ccording to[^,]*\Z", before):
        return False
    return bool(_NAMED.search(before) or _DID.match(after))
