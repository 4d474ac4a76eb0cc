"""Whether the words around a name say which name it must be."""

from __future__ import annotations

import re

_HONORIFIC_END = re.compile(r"(?:Professor|Prof\.|Dr\.|Mr\.|Mrs\.|Baron|Count) \Z")
_ALIAS = re.compile(
    r"\b(?:also|sometimes|formerly|or) (?:\w+ )?(?:known as|called|named) (?:the )?\Z"
)
_OF = r"(?: of (?:the )?[A-ZÀ-Þ][^,;.]{2,60}?)?"
_ROLE = (
    r"(?:[a-z]*(?:ist|ian|ician|ologist|onomer|ographer)|author|writer|poet|king|queen|emperor"
    r"|president|engineer|explorer|architect|general|inventor|painter|composer|director|founder"
    r"|minister|pope|leader|designer|sculptor|programmer|professor|scholar|actor|singer|astronaut"
    r"|navigator|captain|ruler|capital|currency|goddess|god|planet|moon|river|mountain|volcano"
    r"|strait|lake|sea|island)"
)
_SUPERLATIVE = (
    r"(?:only|largest|highest|oldest|smallest|longest|deepest|main|official|northernmost|capital)"
)
_NAMED = re.compile(
    r"(?:\b(?:named (?:after|for|in honou?r of)|called|known as|nicknamed|succeeded by|wrote"
    r"|\w{3,}ed(?: (?:in|for|at|from) [\w ]{1,24})?(?: \w+ly)? by|given its name by"
    r"|traced(?: back)? to|(?:professor|lecturer|educated|studied) at|graduated from"
    r"|(?:released|licensed|distributed) under|(?:proper|original|former|old) name (?:for|of)"
    r"|(?:one|other|first|last|latter) being|evolved into|written by|built by|led by"
    r"|born (?:in|at)|died in|headquartered in|capital of|located (?:in|on|at)"
    r"|situated (?:in|on|at)|sits atop|dedicated to|the (?:son|daughter) of|defeated"
    r"|formula is|stands for"
    rf"|{_SUPERLATIVE} [\w ,]{{3,60}} (?:is|was)(?: at| in| on)?,?|{_SUPERLATIVE} [\w ]{{3,60}},"
    r"|(?:capital|city|town|peak|mountain|river|lake|state|element|planet|moon|language|religion"
    rf"|currency|settlement) (?:is|was|being),?) (?:the )?|\b{_ROLE}(?: of|,)? )\Z"
)
_DID = re.compile(
    rf"{_OF} (?:(?:was|became|is|were) the (?:first|only|last|largest|oldest|smallest|highest)"
    r"|(?:first )?(?:proposed|invented|discovered|founded|wrote|designed|created|developed"
    r"|introduced|coined|formulated|proved|painted|composed|conquered|patented|declared"
    r"|finished))\b"
)
_DESCRIBED = re.compile(
    r", (?:the (?:first|only|last|largest|oldest|smallest|highest)\b"
    r"|an? (?:(?!is|are|was|were|has|had|\w+ed\b)[\w’'-]+ ){4,}[\w’'-]+[.,])"
)
_OPENS_A_CLAUSE = re.compile(
    r"\A(?:[A-Z]\w+ing|In|On|At|From|Near|After|Before|By|For|With|As|While|When|If|Since|Because"
    r"|Although|During|Under|Unlike|Like)\b[^,]*\Z"
)
_HEARSAY = re.compile(r"ccording to[^,]*\Z")


def opens_with_deed(after: str) -> bool:
    """Whether a name that opens its sentence did what one person or body does: "… invented"."""
    return bool(_DID.match(after))


def is_pinned(before: str, after: str) -> bool:
    """Whether the words around a name leave one choice: "discovered by", "was the first"."""
    before = _HONORIFIC_END.sub("", before)
    if _HEARSAY.search(before) or _ALIAS.search(before):
        return False
    if _DESCRIBED.match(after) and not _OPENS_A_CLAUSE.match(before):
        return True
    return bool(_NAMED.search(before) or _DID.match(after))
