"""Whether a question can be answered without the document at hand, next year as well as today."""

import re

from .candidate import Candidate
from .changing import changes

_SOURCE = (
    r"(?:text|passage|article|document|excerpt|paragraph|essay|snippet|blog ?post|webpage|web page"
    r"|write-?up|source material)"
)
_NOT_THE_SOURCE = (
    r"(?! (?:of|editor|file|field|box|area|object|message|text|node|mode|format|type|string"
    r"|encoding|tag|element|class|root|fragment|window|menu|processor|between|through|from"
    r"|whose)\b|-|way)"
)
_WRITER = r"(?:author|writer|narrator|speaker|interviewee|blogger|poster|reviewer)s?"
_REFERENCE = re.compile(
    r"\b(?:in|from|by|per|as|within|throughout|on|to|of|with|does|did|do) the"
    rf"(?: (?:following|original|present|source))? {_SOURCE}\b{_NOT_THE_SOURCE}"
    r"|\bthe (?:first|second|third|last|final|opening|next|previous) (?:paragraph|sentence"
    r"|section)\b"
    r"(?! of\b)|\b(?:examples?|tables?|figures?|lists?|passages?) (?:given|provided|shown)\b"
    rf"|\bis the {_WRITER} (?:making|trying|referring|arguing|describing|talking)\b"
    rf"|\b(?:is|has) the {_SOURCE} (?:about|mainly|mostly|trying|describing)\b"
    rf"|\bthe (?:given|provided|above|accompanying|preceding) (?:{_SOURCE}|context|information"
    r"|study|data|example|table|figure|code|list|description|details)\b"
    r"|\bthe (?:code|example|table|figure|program|snippet|listing|function|formula|equation|guide"
    r"|list|text|passage|diagram|chart) (?:above|below)\b"
    rf"|\b(?:this|these) (?:{_SOURCE}|paper|section|chapter|report|story|lesson|tutorial|video"
    r"|study|interview|guide|book|page|review|letter|case report|figure|table|listing|recipe)s?\b"
    rf"|\bthe {_WRITER} (?:also |then |first )?(?:mention|describe|argue|say|state|suggest|discuss"
    r"|claim|explain|recommend|believe|think|note|refer|cite|conclude|report|list|give|compare"
    r"|advise|propose|feel|define|quote)(?:s|d|ed)?\b"
    rf"|\b(?:does|do|did|according to) the {_WRITER}\b(?! (?:of|in)\b)"
    r"|\b(?:described|mentioned|stated|discussed|noted|shown|given|listed|provided|outlined"
    r"|presented|defined|explained) (?:above|below|here|earlier|previously)\b"
    r"|\b(?:is|are|was|were|being) (?:mentioned|discussed|described)(?:\s*\?|\s*$| as an example)"
    r"|\bas (?:mentioned|stated|described|noted|shown|discussed|explained|listed|given)(?=,)"
    rf"|\bthe {_WRITER}['’]s?\b(?! (?:guild|union|block)\b)|\bthe above \w"
    r"|\bthis (?:\w+ )?(?:guide|manual|brochure|post|blog|thread|lecture|essay|report|interview)\b"
    r"|\bthe (?:information|details|facts|description|context|material|data) (?:that (?:is|are|was"
    r"|were)"
    r" )?(?:given|provided|supplied|presented|available|at hand|here)\b(?! (?:to|by|in|on|for)\b)"
    r"|\bbased (?:only |solely )?on the (?:information|details|description)\b"
    r"|\b(?:mentioned|listed|discussed)\s*\?"
    r"|\b(?:does|do|did) the (?:study|story|paper|report|research|researchers|experiment|example)"
    r" (?:find|show|say|suggest|conclude|discover|report|reveal|tell|investigate|examine)\b"
    r"|\b(?:in|see|from|by|does|do) (?:figure|table|listing|equation|fig\.|eq\.) \(?\d"
    r"|\bin (?:section|chapter) \d{1,2}\b(?! of\b)",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\bcurrently\b|\bas of (?:now|today|this|the time)\b|\bas of writing\b|\bat present\b"
    r"|\bpresently\b|\bnowadays\b|\bthese days\b|(?<!least )(?<!most )(?<!least-)(?<!most-)"
    r"\brecently\b|(?<!at the )\blatest\b(?! (?:possible|start|finish|time|date))|\bnewest\b"
    r"|\bmost recent\b(?! common ancestor)|\bright now\b|\bthus far\b|\bmost up[- ]to[- ]date\b"
    r"|\bat the moment\b(?! (?:of|when|that))|\b(?:until|up to|by) now\b|\bnow\s*\?"
    r"|\bso far\b(?! (?:as|from|away))|\bto date\s*[?,]|\byesterday\b|\btomorrow\b|\bupcoming\b"
    r"|\b(?:this|next|last|past) (?:year|month|week|decade|season|summer|winter|quarter)\b(?! of\b)"
    r"|\bthis century\b|\b(?:the|its|their|his|her|'s) current (?:president|ceo|prime minister"
    r"|population|price|version|record|champion|holder|director|owner|status|season|mayor|king"
    r"|queen|government|leader|chair\w*|head|coach|name|location|release|capital"
    r"|governor|minister|pope|manager|title|year|age|market)\b"
    r"|(?<!what is )(?<!what are )(?<!USA )(?<!psychology )\btoday\b"
    r"(?=\s*[?,.]| is| are|$)|^today\b|\btoday's\b",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\bnow\b|\bat the moment\b|\bcurrent(?:ly)?\b|\bpresent(?:ly)?\b|\bright now\b"
    r"|\bas of (?:now|today)\b|\bnowadays\b"
    r"|\bthese days\b|\bto(?:day|morrow)\b|\bso far\b|\bto date\b",
    re.IGNORECASE,
)
_YEAR = r"(?:\w{3,9} )?(?:1\d|20)\d\d\b"
_ANCHOR = re.compile(rf"\b(?:as of|in|by|during|since|until|for) {_YEAR}", re.IGNORECASE)
_DATES_NOW = re.compile(rf"\b(?:as of|by|until|up to) {_YEAR}|(?:^|[,;] )in {_YEAR}", re.IGNORECASE)
"""`Now` is dated by `as of 2019`, not by a year that something else happened in."""


def references_document(candidate: Candidate) -> bool:
    """Speaks of the document, which whoever answers does not see."""
    return bool(_REFERENCE.search(candidate.asked))


def time_sensitive(candidate: Candidate) -> bool:
    """The answer goes stale; a question that names its year does not."""
    asked = candidate.asked
    if changes(candidate):
        return True
    if not _TIME.search(asked):
        return False
    return not (_DATES_NOW if _NOW.search(asked) else _ANCHOR).search(asked)
