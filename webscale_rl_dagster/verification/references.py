"""References whose antecedent stayed behind in the document.

Not a parser: a pronoun counts as resolved as soon as anything before it could be meant, so that
what is flagged is nearly always wrong, and some that is wrong passes to the model's own check.
"""

import re
from itertools import islice

from .candidate import Candidate
from .normalise import tokenise
from .words import STOP_WORDS, stem

_GENERIC = frozenset(
    """year date name type kind sort time age place country city town state century month day week
    number percentage percent proportion amount role reason long tall high old big large far deep
    heavy wide fast often main primary part fraction total color colour degree first last title way
    decade people many purpose give find identify size height length weight cost price""".split()
)
_PERSONS = frozenset(
    """man woman person king queen patient child boy girl president student individual mother father
    wife husband someone nurse prince princess poet artist chemist saint pope hero god goddess
    baby brother sister son daughter boss judge chief chef guest actress hostess
    waitress duchess servant assistant""".split()
)
_PERSON_ENDINGS = ("er", "or", "ist", "ian", "man", "eur", "who", "whose")
_NO_PERSONS = frozenset(
    """color colour number water power order letter paper river error factor whether other another
    under after never matter vector sector motor tumor computer chapter center answer weather
    winter summer september october november december better larger greater either german human
    former latter later major minor prior interior award flower tower over ever offer""".split()
)
_NAMED = re.compile(r"(?<=[^.!?:]\s)[\"'“(]?[A-Z][\w'’-]*")
_QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"|“[^“”]*”|\*[^*]+\*|'this'|'self'")
_FIRST_FEW = 3
"""What resolves the first pointers of a text nearly always resolves the later ones."""
_PERSONAL = re.compile(r"\b(?:he|she|him|his|her|himself|herself)\b", re.IGNORECASE)
_NEUTER = re.compile(r"\b(?:it|its|they|them|their|itself|themselves)\b", re.IGNORECASE)
_EXPLETIVE = re.compile(
    r"\bit (?:is |was |be |take |takes |took |cost |mean |means )?(?:\w+ ){0,2}(?:to|that|for|when"
    r"|called|if|possible)\b|\b(?:is|was) it (?:\w+ ){1,3}(?:to|that|for|when|if)\b"
    r"|\bit (?:rain|snow)s?\b|\bit (?:take|takes|took) ",
    re.IGNORECASE,
)
_POINTER = re.compile(r"(?<!the )(?<!a )(?<!an )\b(?:this|these|those)\b(?: (\w+))?", re.IGNORECASE)
_THAT = re.compile(
    r"\b(?:is|was|did|does|do|of|in|by|at|on) that(?: (?:happen|occur|work|mean|place|time|year|day"
    r"|event|city|person|man|woman|company|country))?\s*\?",
    re.IGNORECASE,
)
_ROLES = re.compile(
    r"(?<=\bthe )(?:company|city|town|village|country|author|narrator|protagonist|main character"
    r"|character|speaker|film|movie|book|novel|song|album|band|team|organi[sz]ation|museum|festival"
    r"|couple|family|restaurant|hotel|artist|researchers|participants|event|building|school|store"
    r"|university|woman|man|girl|boy|scientist|experiment|firm|group|club)(?='?s?\b)"
    r"(?:'s \w+)?(?:\s*[?,.]|\s*$| (?:is|was|were|are|has|have|had|do|does|did|first|originally"
    r"|locat\w+|found\w*|establish\w*|buil[dt]|born|situat\w+|plan|make|produce|sell|use|lose|win"
    r"|play|live|die|get|take|start|begin|open|close|name[ds]?|receive|need|want|move|release[ds]?"
    r"|publish\w*|create[ds]?|offer|employ|earn|go|come|work|meet|marry|visit|call|set|held)\b)",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"[\s\"'“(]*(?:(?:it|he|she|they|this|these|those|that|his|her|its|their|i|we|my|our|such|another"
    r"|however|therefore|thus|moreover|furthermore|additionally|also|but|and|then|or|so|yet"
    r"|consequently|instead|hence|meanwhile|nevertheless|nonetheless|similarly|likewise|afterwards"
    r"|besides|here|both|otherwise|accordingly|finally|secondly|thirdly|conversely)\b"
    r"|(?:in addition|for (?:example|instance|this reason)|as a result|on the other hand"
    r"|in contrast|in other words|in (?:this|that|these|such)|at (?:this|that)|after (?:this|that)"
    r"|because of this|the (?:latter|former|same|above))\b)",
    re.IGNORECASE,
)
_OPENS_SOUNDLY = re.compile(
    r"[\s\"'“(]*(?:it (?:is|was|has been) (?:\w+ ){1,2}(?:to|that|for)\b|both (?!of\b)\w+ and\b"
    r"|in this (?:sense|case),? the\b|such as\b|that which\b|those who\b|so-called\b)",
    re.IGNORECASE,
)


def unresolved_reference(candidate: Candidate) -> bool:
    """Hinges on `he`, `it`, `this city` or `the company`, and nothing says who or which."""
    asked = candidate.asked
    if candidate.cloze:
        return bool(_OPENING.match(asked)) and not _OPENS_SOUNDLY.match(asked)
    plain = _QUOTED.sub(" X ", asked)
    named = bool(_NAMED.search(plain)) or "X" in plain.split()
    return (
        _personal_unresolved(plain, named)
        or _neuter_unresolved(plain)
        or _pointer_unresolved(plain)
        or _that_unresolved(plain)
        or (_ROLES.search(plain) is not None and not named)
    )


def _something_before(text: str, end: int) -> bool:
    words = tokenise(text[:end]).words
    return any(word not in STOP_WORDS and word not in _GENERIC for word in words)


def _personal_unresolved(text: str, named: bool) -> bool:
    if named or not _PERSONAL.search(text):
        return False
    return not any(
        word in _PERSONS
        or (len(word) > 4 and word not in _NO_PERSONS and word.endswith(_PERSON_ENDINGS))
        or word == "who"
        for word in tokenise(text).words
    )


def _neuter_unresolved(text: str) -> bool:
    found = _NEUTER.search(text)
    if not found or _EXPLETIVE.search(text):
        return False
    after = text[found.end() :]
    named_later = ", " in after and _NAMED.search(after)
    return not named_later and not _something_before(text, found.start())


def _that_unresolved(text: str) -> bool:
    found = _THAT.search(text)
    return found is not None and not _something_before(text, found.start())


def _pointer_unresolved(text: str) -> bool:
    for found in islice(_POINTER.finditer(text), _FIRST_FEW):
        before = text[: found.start()]
        noun = (found.group(1) or "").lower()
        if noun in ("who", "whose", "that", "which", "in", "of", "with"):
            continue
        stems = {stem(word) for word in tokenise(before).words}
        clause_before = any(mark in before for mark in (". ", ", ", "; ", ": ", "? "))
        if stem(noun) in stems and noun not in STOP_WORDS:
            continue
        if not (clause_before and _something_before(text, found.start())):
            return True
    return False
