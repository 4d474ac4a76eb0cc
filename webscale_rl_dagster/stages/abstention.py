"""Whether an attempt says that the document does not tell, or refuses, instead of answering.

`404 Not Found`, `text mining without labels` and `Sorry, Wrong Number` are answers: a word of
denial beside one for a source says nothing without a verb of telling.
"""

from __future__ import annotations

import re

from webscale_rl_dagster.rewards.normalise import normalise

_SOURCE = r"(?:documents?|texts?|passages?|articles?|context|excerpt|information|source)\b"
_THE_SOURCE = (
    rf"\b(?:the|this|that|your|its) (?:(?:given|provided|above|present|source) )?{_SOURCE}"
)
_NOT = r"(?:\b(?:not|never)\b|n['’]t\b|\b(?:cannot|fails? to|failed to)\b)"
_IS_NOT = r"(?:(?:is|was|are|were|has|have) (?:not|never)|(?:is|was|are|were|has|have)n['’]t)"
_TELL = (
    r"(?:say|state|mention|specify|specifie|provide|give|tell|indicate|disclose|contain|include"
    r"|reveal|describe|discuss|name|address|explain|answer|list|identify|clarify|report|record"
    r"|offer|define)s?\b"
)
_TOLD = (
    r"(?:said|stated|mentioned|specified|provided|given|told|indicated|disclosed|contained"
    r"|included|revealed|described|discussed|named|addressed|explained|answered|listed|identified"
    r"|clarified|reported|recorded|defined|known|determined|determinable|available|found|present"
    r"|clear)\b"
)
_BY_IT = rf"(?:in|from|by|within|on|according to|based on|part of) (?:{_THE_SOURCE}|{_SOURCE})"
_FACTS = r"(?:information|mention|indication|details?|data|evidence|answers?|reference)\b"
_IT = r"(?:it|that|this|there|the (?:[\w-]+ ){1,6}?)"
_ENDS = r"(?=\W*\Z|\s*[,.;:(]|\s+(?:in|from|by|here|anywhere|without|because|as|since|based)\b)"
_SENTENCE = r"(?:\A\W*|[.!;:,]\s+(?:but |so |and |as )?)"

_CLAUSES = re.compile(
    # the document does not say
    rf"\b{_SOURCE}(?: [\w'’-]+){{0,6}}?\s?{_NOT} (?:\w+ ){{0,2}}?(?:{_TELL}|about\b)"
    rf"|\b{_SOURCE}(?: [\w'’-]+){{0,6}}? {_IS_NOT} (?:\w+ ){{0,2}}?{_TOLD}"
    rf"|{_THE_SOURCE}(?: [\w'’-]+){{0,3}}? (?:has|gives|makes|contains|provides|offers|includes|is)"
    rf" (?:no|silent|without|insufficient)\b"
    rf"|{_THE_SOURCE}(?: \w+){{0,2}}? lacks?\b"
    # not mentioned in the document, nothing in the text
    rf"|{_NOT} (?:\w+ ){{0,3}}?{_BY_IT}"
    rf"|\b(?:unknown|unclear|unspecified|undetermined|unstated|none|nothing|nobody) {_BY_IT}"
    # there is no information
    rf"|\bno mention of\b|\bthere(?:['’]s| is| was| are) (?:no|not enough|insufficient) {_FACTS}"
    rf"|{_SENTENCE}(?:no|not enough|insufficient) {_FACTS} (?:is|was|are|were|about|on|regarding"
    rf"|available|given|provided|found|to (?:answer|determine|tell|say)|{_BY_IT})"
    # it is not stated, it cannot be determined
    rf"|{_SENTENCE}{_IT} ?{_IS_NOT} (?:\w+ly )?{_TOLD}{_ENDS}"
    rf"|{_SENTENCE}(?:{_IT} ?)?(?:cannot|can not|can['’]t|could not|couldn['’]t)"
    rf" be (?:\w+ly )?(?:{_TOLD}|inferred|deduced){_ENDS}"
    rf"|{_SENTENCE}(?:{_IT} )?(?:(?:does|did|do) not|(?:does|did|do)n['’]t)"
    rf" (?:say|state|mention|specify|tell|indicate|disclose)\b"
    # I do not know, I can't answer
    r"|\b(?:I|we) (?:(?:really |honestly )?(?:do not|don['’]t|did not|didn['’]t) (?:know|have|see"
    r"|find)|(?:am|are) (?:not (?:sure|certain|able)|unable|unsure|sorry,? but|afraid))"
    rf"(?=\W*\Z|\s*[,.;]|\s+(?:the|this|that|your|what|when|who|where|which|if|to|about|any"
    rf"|enough|sufficient|access|from|I)\b)"
    r"|\bI['’]m (?:not (?:sure|certain|able)|unable|unsure|sorry,? but|afraid)\b"
    r"|\b(?:I|we) (?:cannot|can not|can['’]t|could not|couldn['’]t|won['’]t|will not)"
    r" (?:answer|determine|help|assist|comply|provide|tell (?:from|what|when|who)|say|find (?:the"
    r"|any|this|it|that)|fulfil\w*|discuss)\b"
    r"|\A\W*sorry,? (?:but|I|we|the)\b.{0,60}?(?:\b(?:not|no|cannot|unable)\b|n['’]t\b)"
    r"|\A\W*(?:unable|impossible) to (?:answer|determine|tell|say)\b",
    re.IGNORECASE,
)

_WORDS = re.compile(
    r"\W*(?:(?:it is |it['’]s |the answer is )?(?:unknown|unclear|unsure|uncertain|unspecified"
    r"|undetermined|unstated|unavailable|indeterminate"
    rf"|not (?:\w+ly )?(?:sure|certain|applicable|enough information|{_TOLD}))"
    r"|none|nothing|nobody|no one|n/a|n\.a\.?|no answer|(?:no|insufficient) information"
    rf"|information not {_TOLD}"
    r"|idk|sorry"
    r"|i['’]?m (?:sorry|afraid)|i am (?:sorry|afraid)|(?:your |the )?answer(?: here)?)\W*",
    re.IGNORECASE,
)
"""As the whole answer only."""


def abstains(text: str, *, gold: str) -> bool:
    """One word such as `None` is an answer where the gold is one: another may then be right."""
    if _CLAUSES.search(text):
        return normalise(text) != normalise(gold)
    return _WORDS.fullmatch(text) is not None and _WORDS.fullmatch(gold) is None
