"""Whether a figure will be as right next year, and is a fact at all."""

from __future__ import annotations

import re

from webscale_rl_dagster.writing.found import SpanKind

_YEAR = re.compile(r"(?<!\d)(?:1[0-9]{3}|20[0-9]{2})(?!\d)|\bcentury\b")
_STATISTIC = re.compile(
    r"\b(?:population|inhabitants|residents|GDP|literacy|unemployment|life expectancy|per capita"
    r"|expenditures?|revenues?|employees|members|followers|turnover|budget|exports?|imports?"
    r"|emissions|production|output|consumption|students|shares|sales|profits?|prices?"
    r"|orders?)\b",
    re.IGNORECASE,
)
_PRESENT = re.compile(
    r"\b(?:has|have|is|are|contains?|includes?|makes? up|accounts? for|lives?|employs?|serves?"
    r"|operates?|produces?|comprises?|consists?|supports?|remains?|holds?|owns?|hosts?|offers?"
    r"|runs?|receives?|attracts?|costs|speaks?|exceeds?|amounts? to|wants?|aims?|requires?"
    r"|recommends?|expects?|calls?)\b"
)
_REVISED = re.compile(
    r"\b(?:growth|contracted|shrank|grew|unemployment|inflation)\b", re.IGNORECASE
)
"""Economies are measured anew for years after."""
_PER_HEAD = re.compile(r"\bper capita\b|\bper head\b")
_PASSING = re.compile(r"%|per ?cent|[$€£¥]")
_OF_A_BODY = re.compile(
    r"\A (?:times\b|of (?:the |its )?(?:[\w'’-]+ ){0,3}(?:area|surface|mass|volume|weight"
    r"|atmosphere|crust|body|genome|alphabet)\b)"
)
_ABOUT = re.compile(r"\b(?:about|around|approximately|some|nearly|almost)\W*\Z")
_SUPPOSED = re.compile(
    r"\b(?:may|might|could|can|would|likely|thought to|believed to|estimated?|estimates|roughly"
    r"|typical(?:ly)?)\b"
)
_CLAUSE_START = re.compile(r"[,;:] ")
_CLAUSE_END = re.compile(r"[,;:](?= )")
_INSTRUCTION = re.compile(
    r"(?:\A|(?<!to )(?<!can )(?<!may ))\b(?:[Tt]ake|[Aa]dd|[Mm]ix|[Ss]tir|[Bb]ake|[Cc]ook|[Pp]our"
    r"|[Cc]ombine|[Kk]nead|[Ss]immer|[Pp]reheat|[Ff]reeze|[Bb]oil|[Ss]erve|[Pp]ress|[Tt]urn|[Uu]se"
    r"|[Bb]ring|[Pp]ack|[Ww]ait|[Ll]et)\b(?! (?:up|place|part|over)\b)"
    r"|\b(?:belongs?|goes?) in(?:to)? the\b"
)
_SOME_MAY = re.compile(
    r"\b(?:[Ii]n|[Oo]n|[Bb]y|[Ss]ince|of|[Uu]ntil) (?:January|February|March|April|May|June|July"
    r"|August|September|October|November|December)\b(?! \d)"
)
_HALVES = re.compile(r"\b(?:men|males|boys)\b.{0,200}\b(?:women|females|girls)\b", re.IGNORECASE)
"""A whole beside its halves can be worked out."""
_EXAMPLE = re.compile(r"\A(?:For example|For instance|Suppose|Imagine|Say|If)\b")


def lasts(before: str, answer: str, after: str, kind: SpanKind) -> bool:
    """Whether the figure `answer` is asked for fairly; names, terms and dates always are.

    `before` and `after` are the rest of its sentence: an example's and an instruction's figures
    are their author's choice, an estimate is one of several, and a count in the present tense or
    a statistic without its year is another one in every edition.
    """
    if kind not in ("number", "unit"):
        return True
    if _EXAMPLE.match(before) or _SUPPOSED.search(before + after):
        return False
    if _INSTRUCTION.search(before + after) or _HALVES.search(before + after):
        return False
    clause = f"{_CLAUSE_START.split(before)[-1]}{answer}{_CLAUSE_END.split(after)[0]}"
    if _PASSING.search(answer) and (_REVISED.search(clause) or _PER_HEAD.search(clause)):
        return False
    if _ABOUT.search(before) and _STATISTIC.search(clause):
        return False
    if _YEAR.search(before + after):
        return True
    if _SOME_MAY.search(before + after):
        return False
    if _OF_A_BODY.match(after):
        return True
    passing = kind == "number" or _PASSING.search(answer)
    return not (_STATISTIC.search(clause) or (passing and _PRESENT.search(before + after)))
