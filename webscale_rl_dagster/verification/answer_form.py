"""Whether an answer is short, definite and there at all."""

import re

from webscale_rl_dagster.rewards.normalise import normalise

from .answer_types import answer_type
from .candidate import Candidate

MAX_WORDS = 8
MAX_CHARACTERS = 80
_FORMAL_WORDS = 40
_FORMAL_CHARACTERS = 200
_SENTENCE = re.compile(
    r"(?:it|he|she|they|this|these|there|we|you|the answer) (?:is|are|was|were|has|have|had"
    r"|can|will|does|did|means?|refers?)\b",
    re.IGNORECASE,
)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|does|did|can|will|would|should|because)\b", re.IGNORECASE
)
_NOTHING = re.compile(
    r"[\s\u200b-\u200f\u2060\ufeff]*(?:(?:n/a|tbd|tba|no answer(?: found)?|unspecified|undisclosed"
    r"|(?:unknown ?[/,;] ?)?(?:not|none) (?:mentioned|specified|stated|provided|given|available"
    r"|applicable|found|known|disclosed|reported|listed))"
    r"(?: in the (?:text|document|passage|article))?"
    r"|\.{2,}|…|-+|—|–|\?+|_{2,}|\[?answer\]?|\"\"|'')?"
    r"[\s.…\u200b-\u200f\u2060\ufeff]*",
    re.IGNORECASE,
)
_VAGUE = frozenset(
    """it this that these those they them he she him her his its their we us i you many several some
    few more much various numerous things thing something someone everything everyone somebody
    former latter others another both all any either neither depends here there recently soon varies
    different important significant enough less sometimes often usually somehow nothing""".split()
) | {
    *"all of above|none of above|both of them|it depends|it varies|one of them|while ago".split(
        "|"
    ),
    *"long time ago|many things|great deal|other things|different things|various factors".split(
        "|"
    ),
    *"several factors|many factors|many people|some people|very important|lot|lots".split("|"),
    *"large number|small amount|large amount|certain amount|number of factors".split("|"),
}
_VAGUE_PHRASE = re.compile(
    r"(?:some|various|certain|several|many|other|different|few|nothing|too) (?:things?|factors?"
    r"|reasons?|ways?|stuff|aspects?|times?|places?|others|much|many|items?|else)"
    r"|(?:number|variety|range|host|bunch|couple|lot) of (?:things|factors|reasons|ways|people"
    r"|times)|handful|couple|few|long ago|back then"
    r"|some(?:thing|one|where|body) else"
    r"|(?:not|very|quite|rather|fairly|so|pretty) (?:long|much|many|far|big|large|small|high|low"
    r"|often|important|well|good|bad|different|a lot|bit|lot|while|few)"
)
_VAGUE_BEHIND_THE = frozenset("first second third last same other next best one most".split())
"""Alone these are ordinals and levels, which may well be answers."""


def answer_too_long(candidate: Candidate) -> bool:
    """Longer than can be matched: over 8 words or 80 characters, or a sentence.

    Formulas and code are compared by other means and may be longer, not endless.
    """
    text = candidate.answer.strip()
    words = len(text.split())
    if answer_type(text) in ("expression", "code") and not _SENTENCE.match(text):
        return words > _FORMAL_WORDS or len(text) > _FORMAL_CHARACTERS
    if words > MAX_WORDS or len(text) > MAX_CHARACTERS:
        return True
    return bool(_SENTENCE.match(text)) or (
        words >= 4 and text.endswith((".", "!")) and bool(_FINITE.search(text))
    )


def answer_empty(candidate: Candidate) -> bool:
    """Nothing, or a word for nothing; `.` and `None` are answers in some domains."""
    text = candidate.answer.strip()
    return _NOTHING.fullmatch(text) is not None and text != "."


def answer_vague(candidate: Candidate) -> bool:
    """Names nothing by itself: `it`, `several`, `the first`."""
    plain = normalise(candidate.answer)
    if candidate.answer.isupper() and len(plain) > 1:
        return False
    definite = candidate.answer.strip().lower().startswith("the ")
    if plain in _VAGUE or _VAGUE_PHRASE.fullmatch(plain):
        return True
    return definite and plain in _VAGUE_BEHIND_THE
