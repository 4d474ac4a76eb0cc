"""Facts that change without a word of time: counts of what is built, founded or bred, and offices.

`Antarctica has 20 airports` was true once. What has parts by nature or by design has them for good:
hearts of an octopus, columns of a codex.
"""

import re

from .candidate import Candidate

_COUNTED = (
    r"(?:(?:air|sea|space)?ports?|air ?fields?|stations?|compan(?:y|ies)|firms?|businesses"
    r"|countries|nations|members?|member states|signator(?:y|ies)|employees|workers|staff|stores"
    r"|shops|branches"
    r"|outlets|restaurants|hotels|students|pupils|teachers|inhabitants|residents"
    r"|users|subscribers|customers|visitors|tourists|passengers|speakers|followers|adherents"
    r"|universities|schools|colleges|hospitals|clinics|campuses|museums|libraries|animals"
    r"|individuals|specimens|[\w ]{1,30}? in the wild"
    r"|aircraft|planes|ships|vehicles|cars|reactors|satellites|websites|downloads|articles"
    r"|medals|trophies|championships|patents|factories|plants|offices"
    r"|mines|farms|dams|turbines|destinations|soldiers|troops|doctors|nurses|beds|winners"
    r"|laureates|billionaires|chapters|volunteers|sites|properties|parks|churches|mosques|temples)"
)
_PRESENT = (
    r"(?:are|have|has|do|does|belong|live|work|serve|attend|use|speak|operate|exist|remain|visit"
    r"|take"
    r"|hold|own|study|make up|participate|subscribe|run|fly|employ)"
)
_HOW_MANY = re.compile(
    rf"\bhow many (?:[\w'-]+ ){{0,3}}?{_COUNTED}\b(?: [\w'’-]+){{0,4}}? {_PRESENT}\b"
    r"(?! (?:an?|one|each|every|any|the (?:author|text|writer))\b)"
    r"|\bhow many [^?]{1,40}\b(?:live|survive|remain|exist) in the wild\b"
    r"|\bhow many (?:\w+ )?people (?:live|work|speak|use|visit|attend|belong|follow|inhabit)\b",
    re.IGNORECASE,
)
_BLANK_COUNTED = re.compile(
    r"\b(?:has|have|holds?|operates?|employs?|counts?|runs?|includes?|comprises?|serves?|owns?"
    r"|home to)"
    r"(?: (?:about|around|some|over|nearly|almost|roughly|approximately|more than|at least|up to))?"
    rf" _{{3,}} (?:[\w'-]+ ){{0,2}}?{_COUNTED}\b"
    rf"|_{{3,}} (?:[\w'-]+ ){{0,2}}?{_COUNTED} (?:(?:in|of|at) [^,.]{{1,40}} )?"
    rf"(?:{_PRESENT}|(?!was|has|had|does)[a-z]+(?<!ed)(?= (?:the|an?|for|in|at|on)\b))\b",
    re.IGNORECASE,
)
_OFFICE = (
    r"(?:chief executive(?: officer)?|ceo|cfo|president|chair(?:man|woman|person)?|head coach|coach"
    r"|mayor|governor|prime minister|\w+ minister|minister|chancellor|director(?:[- ]general)?|head"
    r"|secretary[- ]general|manager|owner|captain|king|queen|monarch|pope|patriarch|archbishop"
    r"|bishop"
    r"|rector|dean|principal|editor(?:-in-chief)?|ambassador|commissioner|leader|speaker|champion"
    r"|record holder|maintainer|sponsor)"
)
_IN_OFFICE = re.compile(
    rf"\bwho(?:'s| is) (?:the |an? )?(?:\w+['’]s )?(?:[\w'’-]+ ){{0,4}}?{_OFFICE}(?: of| at|\s*\?)"
    rf"|\bwhat is the name of (?:the )?(?:[\w'’-]+ ){{0,2}}?{_OFFICE}\b"
    r"|\bhow much (?:do|does)\b[^?]{1,80}\b(?:cost|charge)\b|\bwhat (?:do|does)\b[^?]{1,80}\bcost\b"
    r"|\bwhat is the (?:\w+ )?(?:price|fee|fare|tariff|market value|market capitali[sz]ation"
    r"|population|membership|enrolment|net worth|exchange rate|unemployment rate) of\b"
    r"|\b(?:is|are) the (?:world|country|continent|city)['’]s (?:\w+ )?(?:long|larg|tall|rich|busi"
    r"|bigg|"
    r"fast)i?est\b(?! (?:\w+ )?(?:river|lake|mountain|ocean|desert|island|animal|mammal|bird|bone))"
    r"|^\W*who (?:\w+ly )?(?:leads|runs|heads|chairs|manages|governs|presides over|owns|directs"
    r"|edits"
    r"|coaches|captains|maintains|commands|sponsors)\b",
    re.IGNORECASE,
)
_SETTLED = re.compile(
    r"\b(?:first|second|third|\d+(?:st|nd|rd|th)|last|only|youngest|oldest|former|ever|until"
    r"|when|while|during|under|was|were|did|had|became|ago)\b|\b(?:1\d|20)\d\d\b",
    re.IGNORECASE,
)
"""A turn of words, or a year, that fixes which holder or which moment is meant."""


def changes(candidate: Candidate) -> bool:
    """Whether the answer is a count or an office as it stood when the document was written."""
    asked = candidate.asked
    if _SETTLED.search(asked):
        return False
    if candidate.cloze:
        return _BLANK_COUNTED.search(asked) is not None
    return _HOW_MANY.search(asked) is not None or _IN_OFFICE.search(asked) is not None
