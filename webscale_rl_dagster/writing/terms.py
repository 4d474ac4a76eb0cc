"""Technical terms: what a sentence says something is called, and what it defines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from webscale_rl_dagster.writing.found import Found, SpanKind

_LINK = r"(?:in|of|to|by|for|on|at|as|and|or|is|are|which|that|who|where|because|with|from)\b"
_CALLED = re.compile(
    r"\b(?:called|known as|termed(?: as)?|referred to as|named|dubbed|nicknamed) "
    r"(?:the |an? )?[\"“‘']?"
    rf"(?P<term>[A-Za-z][\w’-]*(?: (?!{_LINK})[a-z][\w’-]*){{0,2}}"
    r"|[A-Z][\w’-]*(?: [A-Z][\w’-]*)*)"
    r"[\"”’']?(?=[.,;:]| \([A-Z]{2}"
    r"| (?:and|or|which|that|who|where|in|by|from|because|when|while)\b)"
)
_ALIAS = re.compile(r"\b(?:also|sometimes|formerly|otherwise|or) (?:\w+ )?\Z")
"""Something else is it called too: by which of its names is anyone's guess."""
_SAID = (
    re.compile(r"\bis said to be (?P<term>[a-z][a-z-]{3,})(?=:| if | when )"),
    re.compile(r"\b(?:is|are) an? (?P<term>[a-z][\w-]*(?: [a-z][\w-]*){0,2})(?=, meaning )"),
    re.compile(r"\b(?:is|are) (?:\w+ly )?measured in (?P<term>[a-z]{4,})(?=[.,;])"),
)
_LISTED = re.compile(r" (?:and|or)\b|,(?: [a-zA-Z-]+){1,2},|,? or [\w-]+[.,]")
_DEFINED = re.compile(
    r"(?:In [a-z]+(?: [a-z]+)?, )?(?:An? |an? )?"
    r"(?P<term>[A-Za-z][a-z’-]{3,}(?: [a-z][a-z’-]+){0,2})"
    r" (?:is|are|refers to) (?:the|an?) (?=[a-z])"
)
_GENERIC = re.compile(
    r"\A(?:There|This|That|What|It|One|They|Such|These|Those|Another|The|Each|Some|Same|Major|Main"
    r"|Common|Example|In|On|At|How|When|While|If|Most|Many|Only)\b"
    rf"| (?:{_LINK})|\b(?:example|reason|part|way|option|alternative|result|goal|advantage|name"
    r"|purpose|problem|case|kind|type|form|use|idea)s?\Z",
    re.IGNORECASE,
)


def terms(sentence: str) -> Iterator[Found]:
    """What follows "are called", "known as" and the like: one name, not the first of several."""
    for match in _CALLED.finditer(sentence):
        start, end = match.span("term")
        if _ALIAS.search(sentence[: match.start()]) or _LISTED.match(sentence[end:]):
            continue
        if end - start > 3:
            kind: SpanKind = "entity" if match["term"][0].isupper() else "term"
            yield Found(start, end, kind, 4.6)
    for pattern in _SAID:
        for match in pattern.finditer(sentence):
            yield Found(*match.span("term"), "term", 4.2)


def definitions(sentence: str) -> Iterator[Found]:
    """The subject of a defining sentence: "Osmosis is the movement of …"."""
    match = _DEFINED.match(sentence)
    if match and not _GENERIC.search(match["term"]):
        yield Found(*match.span("term"), "term", 3.3)
