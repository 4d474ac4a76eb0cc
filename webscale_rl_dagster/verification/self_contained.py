"""Whether a question can be answered without the document at hand, next year as well as today."""

import re

from .candidate import Candidate
from .references import unresolved_reference

__all__ = ["references_document", "time_sensitive", "unresolved_reference"]

_SOURCE = (
    r"(?:text|passage|article|document|excerpt|paragraph|essay|snippet|transcript|blog ?post|post"
    r"|webpage|web page|write-?up|reading|context|abstract|source material|narrative|discussion)"
)
_NOT_THE_SOURCE = (
    r"(?! (?:of|editor|file|field|box|area|object|message|node|mode|format|type|string|encoding|tag"
    r"|element|class|root|feeder|signed|window|menu|switch|manager|processor|that was|whose)\b|-)"
)
_REFERENCE = re.compile(
    rf"\b(?:in|from|by|per|within|throughout|on|to|of|with|does|did|do|is|has) the"
    rf"(?: (?:given|provided|above|following|original|present|accompanying|source))? {_SOURCE}\b"
    rf"{_NOT_THE_SOURCE}(?='?s?\s*[?,.;:]|'s\b| \w|$)"
    rf"|\bthe (?:given|provided|above|accompanying|preceding) (?:{_SOURCE}|information|study|data"
    r"|example|table|figure|code|list|description|details)\b"
    rf"|\b(?:this|these) (?:{_SOURCE}|paper|section|chapter|report|story|lesson|tutorial|video|study"
    r"|interview|guide|book|page|review|letter|case report|figure|table|listing|recipe)s?\b"
    r"|\bthe (?:author|authors|writer|narrator|speaker|interviewee|blogger|poster|reviewer)s?"
    r" (?:also |then |first )?(?:mention|describe|argue|say|state|suggest|discuss|claim|explain"
    r"|recommend|believe|think|note|use|refer|cite|conclude|report|list|give|compare|call|advise"
    r"|propose|feel|write|define|quote)(?:s|d|ed|ing|e)?\b"
    r"|\b(?:does|do|did|by|according to|is|was) the (?:author|authors|writer|narrator|speaker"
    r"|interviewee|blogger|reviewer)s?(?: (?:of|in) (?:the|this) \w+| \w+|'s?|\s*[?,])"
    r"(?<! of)(?<! in)"
    r"|\b(?:described|mentioned|stated|discussed|noted|shown|given|listed|provided|outlined"
    r"|presented|defined|explained) (?:above|below|here|earlier|previously)\b"
    r"|\b(?:is|are|was|were|being) (?:mentioned|discussed|described)\s*(?:\?|$|as an example)"
    r"|\bbased (?:only |solely )?on the (?:information|details|description)\b"
    r"|\b(?:figure|table|listing|section|chapter|equation|eq\.|fig\.) \(?\d{1,3}(?:\.\d)?\b"
    r"|\bas (?:per|stated in|described in|mentioned in) the (?!constitution|bible|qur)"
    rf"(?:\w+ )?{_SOURCE}\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\bcurrently\b|\bas of (?:now|today|this|the time)\b|\bas of writing\b|\bat present\b"
    r"|\bpresently\b|\bnowadays\b|\bthese days\b|(?<!least )(?<!most )(?<!least-)(?<!most-)"
    r"\brecently\b|\blatest (?!possible|start|finish|time|date)|\bnewest\b"
    r"|\bmost recent\b(?! common ancestor)|\bright now\b|\bthus far\b|\bup[- ]to[- ]date\b"
    r"|\bso far\b(?! (?:as|from|away))|\bto date\s*[?,]|\byesterday\b|\btomorrow\b|\bupcoming\b"
    r"|\b(?:this|next|last|past) (?:year|month|week|decade|season|summer|winter|quarter)\b"
    r"|\bthis century\b|\b(?:the|its|their|his|her|'s) current (?:president|ceo|prime minister"
    r"|population|price|version|record|champion|holder|director|owner|status|season|mayor|king"
    r"|queen|government|leader|chair\w*|head|coach|name|location|release|rate|value|capital|state"
    r"|governor|minister|pope|manager|title|year|age|market)\b"
    r"|(?<!what is )(?<!what are )(?<!USA )(?<!psychology )\btoday(?:'s)?\b(?=\s*[?,.]|'s| is| are|$)"
    r"|^today\b",
    re.IGNORECASE,
)
_ANCHOR = re.compile(
    r"\b(?:as of|in|by|during|since|until|for) (?:\w{3,9} )?(?:1\d|20)\d\d\b", re.I
)


def references_document(candidate: Candidate) -> bool:
    """Speaks of the document, which whoever answers does not see."""
    return bool(_REFERENCE.search(candidate.asked))


def time_sensitive(candidate: Candidate) -> bool:
    """The answer goes stale; a question that names its year does not."""
    return bool(_TIME.search(candidate.asked)) and not _ANCHOR.search(candidate.asked)
