"""References whose antecedent stayed behind in the document.

Not a parser: a pronoun counts as resolved as soon as anything before it could be meant, so that
what is flagged is nearly always wrong, and some that is wrong passes to the model's own check.
"""

import re
from itertools import islice

from webscale_rl_dagster.rewards.normalise import tokenise
from webscale_rl_dagster.rewards.words import STOP_WORDS, stem

from .candidate import Candidate
from .definite import bare_definite, bare_opening
from .nationality import is_nationality
from .roles import latter_unresolved, role_unresolved

_GENERIC = frozenset(
    """happens happen happened makes made gave gives year date name type kind sort time
    age place country city town state century month day week number percentage percent
    proportion amount role reason long tall high old big large far deep heavy wide fast
    often main primary part fraction total color colour degree first last title way decade
    people many purpose give find identify size height length weight cost price""".split()
)
_PERSONS = frozenset(
    """man woman person king queen patient child boy girl president student individual mother father
    wife husband someone nurse prince princess poet artist chemist saint pope hero god goddess
    baby brother sister son daughter boss judge chief chef guest actress hostess
    waitress duchess servant assistant governess mistress headmistress empress abbess heiress
    widow bride nun""".split()
)
_PERSON_ENDINGS = ("er", "or", "ist", "ian", "man", "eur", "who", "whose")
_NO_PERSONS = frozenset(
    """color colour number water power order letter paper river error factor whether other another
    under after never matter vector sector motor tumor computer chapter center answer weather
    winter summer september october november december better larger greater either german human
    former latter later major minor prior interior award flower tower over ever offer""".split()
)
_NAMED = re.compile(r"(?<=[^.!?:]\s)[\"'“(]?([A-Z][\w'’-]*)")
_NO_NAMES = frozenset(
    """i january february march april may june july august september october november
    december monday tuesday wednesday thursday friday saturday sunday american british
    english french german dutch italian spanish portuguese russian soviet chinese japanese
    indian african european asian greek roman swiss austrian swedish norwegian danish
    finnish polish czech hungarian turkish egyptian brazilian mexican canadian australian
    irish scottish welsh christian jewish muslim bc ad""".split()
)
"""Capitalised, but no antecedent of a pronoun."""
_QUOTED = re.compile(r"`[^`]*`|\$[^$]{4,}\$|\"[^\"]*\"|“[^“”]*”|\*[^*]+\*|'this'|'self'")
_FIRST_FEW = 3
"""What resolves the first pointers of a text nearly always resolves the later ones."""
_PERSONAL = re.compile(r"\b(?:he|she|him|his|her|himself|herself)\b", re.IGNORECASE)
_NEUTER = re.compile(r"\b(?:it|its|they|them|their|itself|themselves)\b", re.IGNORECASE)
_EXPLETIVE = re.compile(
    r"\bit (?:is|was|be) (?:\w+ ){0,3}(?:to|that|for|when|called|if|possible)\b"
    r"|\b(?:is|was|does|did) it (?:(?:called|make|feel) |(?:\w+ly )?(?:important|possible"
    r"|impossible|hard|necessary|difficult|easy|better|best|common|illegal|legal|safe|useful"
    r"|dangerous|wise|true|likely|essential|customary|advisable|polite|considered|thought"
    r"|forbidden|usual|helpful|recommended) )"
    r"(?:\w+ ){0,2}(?:to|that|for|when|if)\b"
    r"|\b(?:is|was) it (?:that|who)\b|\bdoes it (?:start|begin|rain|snow|get) "
    r"|\bit (?:rain|snow)(?:s|ed)?\b"
    r"|\bit (?:take|takes|took|cost|costs|means|mean (?:to|for|that|when|if)|become) ",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^(?:(?:in|at|on|by|for|to|from|with|of|under|into|during) )?(?:what|which|when|where|why"
    r"|how|whom|whose)\b([^,;:?]{0,60}?)\b(?:did|does|do|was|were|is|are|has|have|had|can|could"
    r"|will|would|should|must)(?:n't)? (?:he|she|it|they)\b",
    re.IGNORECASE,
)
"""The pronoun is the subject of the question: what it stands for would have to come before."""
_ANTECEDENT = re.compile(
    r" of |'s |\b(?:and|does|do|did|is|are|was|were|has|have)\b", re.IGNORECASE
)
_OBJECT = re.compile(
    r"^(?:who|what) (?:\w+ly )?(?!(?:is|was|are|were|do|does|did|has|had) )\w+ (?:it|its|them"
    r"|their|him|her (?:to|in|at|for|with|as|from|by|on|into|out|away|off))\b",
    re.IGNORECASE,
)
_OURS = re.compile(
    r"\b(?:my|our)\b(?! (?:solar|galaxy|planet|sun|moon|universe|species|ancestors|atmosphere"
    r"|world|bod(?:y|ies)|brains?|eyes|lungs|own))|^(?:My|Our)\b"
)
"""In small letters: capitalised it belongs to a title."""
_NO_POINTER = frozenset(
    """who whose that which in of with year month week century decade season days day morning
    entitled""".split()
)
_POINTER = re.compile(r"(?<!the )(?<!a )(?<!an )\b(?:this|these|those)\b(?: (\w+))?", re.IGNORECASE)
_THAT = re.compile(
    r"\b(?:is|was|did|does|do|of|in|by|at|on) that(?: (?:happen|occur|work|mean|place|time|year|day"
    r"|event|city|person|man|woman|company|country))?\s*\?|\bdoes that mean (?:for|to|in|about)\b",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"[\s\"'“(]*(?:(?:it|he|she|they|this|these|those|that|his|her|its|their|i|we|my|our|such"
    r"|another|however|therefore|thus|moreover|furthermore|additionally|also|but|and|then|or|so|yet"
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
_FRACTION = re.compile(
    r"(?<!by )(?<!by about )\b(?:a|one|two|three) (?:half|third|quarter|fifth|tenth"
    r"|two-thirds)s?(?=[,.;])"
)
"""Of what?"""
_SOMEWHERE = re.compile(
    r"(?<=[\w,] )(?<!of )(?<!the )\b(?:in|at|from|near) (?:[A-Z][\w-]*(?![\w'’-])(?: |(?=\W"
    r"|$)))+(?![\w-]*['’])"
)
"""A name that only tells where it happened."""
_NAME = r"(?:[A-Z][\w.'’-]*\s)+"
_BOUND = re.compile(
    rf"^(?:\w+[\s,]+){{1,4}}?(?:did|does|could|can|would|will|has|had) (?:{_NAME}|he "
    rf"|she )(?:\w+ly )?\w+"
    r" (?:it|them)\b"
    rf"|^(?:\w+[\s,]+){{1,4}}?(?:did|does|was|is|had|has) {_NAME}(?:\w+ )?(?:when|before|after"
    rf"|while"
    r"|as|until|because|although|once) (?:he|she) (?:\w+ )?\w+ (?:it|them)\b"
)
"""No object pronoun stands for its own subject, and no `it` for a person."""
_ELLIPSIS = re.compile(
    r"^(?:(?:by |in |of )?how many (?:did|does|do|was|were|is|are|has|have|had)|which (?:did"
    r"|does))\b"
    r"|^(?:what|which) (?:percentage|share|proportion|fraction|portion|part) (?:did|does|do|was"
    r"|were"
    r"|had|has) (?!.*\bof\b)[^?]{0,40}\b(?:receive[ds]?|get|got|hold|held|make|made|own|take"
    r"|took)\b"
    r"(?! up)|\b(?:took|take|takes|taking) part (?:in (?:1\d|20)\d\d\b|\?)",
    re.IGNORECASE,
)
"""How many of what, a part of what."""
_THERE = re.compile(
    r"\b(?!is|are|was|were|be|been)\w+(?:ed|ent|ame|ands?|ive[ds]?) there\b(?! (?:is|are|was))"
)


def unresolved_reference(candidate: Candidate) -> bool:
    """Hinges on `he`, `it`, `this city` or `the company`, and nothing says who or which."""
    asked = candidate.asked
    if candidate.cloze:
        leans = bool(_OPENING.match(asked)) and not _OPENS_SOUNDLY.match(asked)
        lacks = _THERE.search(asked) or _FRACTION.search(asked)
        return leans or lacks is not None or bare_opening(candidate)
    plain = _QUOTED.sub(" X ", asked)
    named = _names_something(plain)
    return (
        _subject_unresolved(plain)
        or _OURS.search(plain) is not None
        or _personal_unresolved(plain, named)
        or _neuter_unresolved(plain)
        or _pointer_unresolved(plain)
        or _that_unresolved(plain)
        or (not named and role_unresolved(plain))
        or latter_unresolved(plain)
        or _BOUND.search(plain) is not None
        or _ELLIPSIS.search(plain) is not None
        or bare_definite(candidate, named=_names_something(_SOMEWHERE.sub(" ", plain)))
    )


def _names_something(text: str) -> bool:
    return "X" in text.split() or any(
        name not in _NO_NAMES
        and name.rstrip("s") not in _NO_NAMES
        and not is_nationality(name.rstrip("s"))
        for name in (re.sub(r"['’]s?$", "", found.lower()) for found in _NAMED.findall(text))
    )


def _subject_unresolved(text: str) -> bool:
    if _EXPLETIVE.search(text):
        return False
    subject = _SUBJECT.match(text)
    if subject:
        before = subject[1]
        return not (_names_something(before) or _ANTECEDENT.search(before))
    return _OBJECT.match(text) is not None


def _something_before(text: str, end: int) -> bool:
    words = tokenise(text[:end]).words
    return any(
        word not in STOP_WORDS and word not in _GENERIC and not word.endswith(("ed", "ing"))
        for word in words
    )


def _personal_unresolved(text: str, named: bool) -> bool:
    found = _PERSONAL.search(text)
    if named or not found:
        return False
    return not any(
        word in _PERSONS
        or (len(word) > 4 and word not in _NO_PERSONS and word.endswith(_PERSON_ENDINGS))
        or word == "who"
        for word in tokenise(text[: found.start()]).words
    )


def _neuter_unresolved(text: str) -> bool:
    found = _NEUTER.search(text)
    if not found or _EXPLETIVE.search(text):
        return False
    if found[0].lower().startswith("the") and re.match(r"who\b", text, re.IGNORECASE):
        return False
    after = text[found.end() :]
    named_later = ", " in after and _names_something(after)
    return not named_later and not _something_before(text, found.start())


def _that_unresolved(text: str) -> bool:
    found = _THAT.search(text)
    return found is not None and not _something_before(text, found.start())


def _pointer_unresolved(text: str) -> bool:
    for found in islice(_POINTER.finditer(text), _FIRST_FEW):
        before = text[: found.start()]
        noun = (found.group(1) or "").lower()
        options_follow = "(" in text[found.end() :]
        if noun in _NO_POINTER or options_follow:
            continue
        stems = {stem(word) for word in tokenise(before).words}
        clause_before = any(mark in before for mark in (". ", ", ", "; ", ": ", "? "))
        if stem(noun) in stems and noun not in STOP_WORDS:
            continue
        if not (clause_before and _something_before(text, found.start())):
            return True
    return False
