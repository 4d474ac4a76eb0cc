"""Proper names, and whether the words around one say which name it must be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from webscale_rl_dagster.writing.found import Found

_CAP = r"(?:(?:Dr|St|Mr|Mrs|Prof)\.|[A-ZÀ-Þ][\w&]*\w|[A-ZÀ-Þ]\.)"
_INNER = r"(?: (?:of the|of|de la|de|la|van der|van|von|del|di|da|du|al|ibn|bin))?"
_NAME = re.compile(rf"{_CAP}(?:{_INNER} {_CAP}|-{_CAP})*")
_COMMON = re.compile(
    r"(?:The|It|He|She|They|This|In|On|At|By|As|A|An|I|January|February|March|April|May|June|July"
    r"|August|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday"
    r"|Saturday|Sunday|Earth|God|Western|Eastern|Northern|Southern|North|South|East|West|World"
    r"|Internet|Web|U\.S|US|UK|United States|United Kingdom|BCE?|AD|CE|UTC|GMT)\Z"
)
_ROLE = (
    r"(?:[a-z]*(?:ist|ian|ician|ologist|onomer|ographer)|author|writer|poet|king|queen|emperor"
    r"|president|engineer|explorer|architect|general|inventor|painter|composer|director|founder"
    r"|minister|pope|leader|designer|sculptor|programmer|professor|scholar|actor|singer|astronaut"
    r"|navigator|captain|capital|currency|goddess|god|planet|moon|river|mountain|volcano|strait"
    r"|lake|sea|island)"
)
_SUPERLATIVE = (
    r"(?:only|largest|highest|oldest|smallest|longest|deepest|main|official|northernmost|capital)"
)
_NAMED = re.compile(
    r"(?:\b(?:named (?:after|for|in honou?r of)|called|known as|nicknamed|succeeded by|wrote"
    r"|\w{3,}ed(?: (?:in|for|at) [\w ]{1,24})?(?: \w+ly)? by|written by|built by|led by"
    r"|born (?:in|at)|died in|headquartered in|capital of|located (?:in|on|at)"
    r"|situated (?:in|on|at)|sits atop|dedicated to|the (?:son|daughter) of|defeated"
    r"|formula is|stands for"
    rf"|{_SUPERLATIVE} [\w ,]{{3,60}} (?:is|was)(?: at| in| on)?,?"
    r"|(?:capital|city|town|peak|mountain|river|lake|state|element|planet|moon|language|religion"
    rf"|currency|settlement) (?:is|was|being),?) (?:the )?|\b{_ROLE}(?: of|,)? )\Z"
)
_DID = re.compile(
    r" (?:(?:was|became|is|were) the (?:first|only|last|largest|oldest|smallest|highest)"
    r"|(?:first )?(?:proposed|invented|discovered|founded|wrote|designed|created|developed"
    r"|introduced|coined|formulated|proved|painted|composed|conquered|patented|declared"
    r"|finished))\b"
)
_HEARSAY = re.compile(r"ccording to[^,]*\Z")
_GOES_ON = re.compile(r"['’]|-\w|,? (?:and|or|&) (?:the )?[A-Z]|, (?:the )?[A-Z]")
_ENDS = re.compile(
    r"\Z|[.,;:)]|\s\(|\s(?:around|about|in|of|and|on|at|by|from|to|for|with|who|which|was|is|as|are|were|during|after"
    r"|before|between|under|near|until|since|that|when|where|while|had|has|became|although|but)\b"
)
_COMES_FROM = re.compile(
    r"[A-Z]\w*,? (?:and|or|&) (?:the )?\Z|[A-Z]\w*, (?:the )?\Z|such as |includ|e\.g|[-–/]\Z"
    r"|[.:“\"] ?\Z"
)


def names(sentence: str) -> Iterator[Found]:
    """Names worth asking for; one that nothing pins down scores low and makes no cloze."""
    for match in _NAME.finditer(sentence):
        start, end = match.span()
        opens = start == 0 and not (" " in match[0] and _DID.match(sentence[end:]))
        if opens or _COMMON.match(match[0]) or not _is_whole(sentence, start, end):
            continue
        pinned = is_pinned(sentence[:start], sentence[end:])
        several_words = 0.3 if " " in match[0] else 0.0
        yield Found(start, end, "entity", (4.2 if pinned else 1.0) + several_words)


def is_pinned(before: str, after: str) -> bool:
    """Whether the words around a name leave one choice: "discovered by", "was the first"."""
    if _HEARSAY.search(before):
        return False
    return bool(_NAMED.search(before) or _DID.match(after))


def _is_whole(sentence: str, start: int, end: int) -> bool:
    """Neither an adjective ("Roman wars") nor one of a list, nor part of a longer name."""
    name, after = sentence[start:end], sentence[end:]
    if _GOES_ON.match(after) or _COMES_FROM.search(sentence[max(0, start - 40) : start]):
        return False
    return " " in name or bool(_ENDS.match(after))
