"""Proper names that a sentence leaves open to be asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from webscale_rl_dagster.writing.found import Found
from webscale_rl_dagster.writing.pinned import is_pinned, opens_with_deed

_CAP = r"(?:(?:Dr|St|Mr|Mrs|Prof)\.|[A-ZÀ-Þ][\w&]*\w|[A-ZÀ-Þ]\.)"
_INNER = r"(?: (?:of the|of|de la|de|la|van der|van|von|del|di|da|du|al|ibn|bin))?"
_NAME = re.compile(rf"{_CAP}(?:{_INNER} {_CAP}|-{_CAP})*(?: [IVX]{{1,4}}\b)?")
_HONORIFIC = re.compile(r"(?:Professor|Prof\.|Dr\.|Mr\.|Mrs\.|Baron|Count) (?=[A-ZÀ-Þ])")
_COMMON = re.compile(
    r"(?:The|It|He|She|They|This|In|On|At|By|As|A|An|I|January|February|March|April|May|June|July"
    r"|August|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday"
    r"|Saturday|Sunday|Earth|God|Western|Eastern|Northern|Southern|North|South|East|West|World"
    r"|Internet|Web|U\.S|US|UK|United States|United Kingdom|BCE?|AD|CE|UTC|GMT)\Z"
)
_SUBORDINATE = re.compile(r"(?:When|While|If|After|Before|Since|Although|Because|As|Until|Once) ")
_OPENER = re.compile(rf"{_CAP}(?: {_CAP})+(?= of (?:the )?[A-ZÀ-Þ])")
_GOES_ON = re.compile(r"['’]|-\w|,? (?:and|or|&) (?:the )?[A-Z]|, (?:the )?[A-Z]")
_ENDS = re.compile(
    r"\Z|[.,;:)]|\s\(|\s(?:around|about|in|of|and|on|at|by|from|to|for|with|who|which|was|is|as"
    r"|are|were|during|after|before|between|under|near|until|since|that|when|where|while|had|has"
    r"|became|although|but)\b"
)
_COMES_FROM = re.compile(
    r"[A-Z]\w*,? (?:and|or|&) (?:the )?\Z|[A-Z]\w*, (?:the )?\Z|such as |includ|e\.g|[-–/]\Z"
    r"|[.:“\"] ?\Z"
)


def names(sentence: str) -> Iterator[Found]:
    """Names worth asking for; one that nothing pins down scores low and makes no cloze."""
    for match in _NAME.finditer(sentence):
        start, end = match.span()
        if honorific := _HONORIFIC.match(sentence, start):
            start = honorific.end()
        elif start == 0 and (opener := _OPENER.match(sentence)):
            end = opener.end()
        elif start == 0 and (clause := _SUBORDINATE.match(sentence)) and clause.end() < end:
            start = clause.end()
        name = sentence[start:end]
        opens = start == 0 and not (" " in name and opens_with_deed(sentence[end:]))
        if opens or _COMMON.match(name) or not _is_whole(sentence, start, end):
            continue
        pinned = is_pinned(sentence[:start], sentence[end:])
        several_words = 0.3 if " " in name else 0.0
        yield Found(start, end, "entity", (4.2 if pinned else 1.0) + several_words)


def _is_whole(sentence: str, start: int, end: int) -> bool:
    """Neither an adjective ("Roman wars") nor one of a list, nor part of a longer name."""
    name, after = sentence[start:end], sentence[end:]
    if _GOES_ON.match(after) or _COMES_FROM.search(sentence[max(0, start - 40) : start]):
        return False
    return " " in name or bool(_ENDS.match(after))
