"""Answers in words: the same but for case, accents, articles, spelling, inflection and titles."""

import re
from functools import lru_cache

from .extraction import tidy
from .normalise import normalise
from .places import COUNTRIES
from .words import stem

_COMMAND = re.compile(r"\\(?:text|textbf|textit|mathrm|mathbf|ce|emph)\{([^{}]*)\}")
_INDEX = re.compile(r"_\{?(\d{1,3})\}?")
_HONORIFIC = re.compile(
    r"^(?:(?:mr|mrs|ms|dr|prof|professor|sir|dame|lord|lady|saint|st|king|queen|president"
    r"|emperor|pope|captain|general) )+(?=\w)"
)
_CLASS = re.compile(
    r"^(?:city|town|village|island|state|province|river|planet|month|year|language|country) of "
)
_SUFFIX = re.compile(r"(?<=\w) (?:inc|ltd|llc|corp|plc|gmbh)$")
_HEAD = re.compile(r"(?<=\w) (?:key|button|menu|command|function|method)$")
_MT = re.compile(r"^mt ")
APPOSITION = re.compile(
    r"([^,]{2,80}), (?:(?:the|a|an|who|which) (?:(?!and\b|or\b)[\w'’-]+ ){0,8}[a-z][\w'’-]*"
    r"|(?:in|on|near|from|at|by) (?:(?!and\b|or\b)[\w'’-]+ ?){1,6})"
)
"""`Giuseppe Verdi, the Italian composer`; a second name would end in a capital."""
_PLACE = re.compile(r"([^,]{2,60}), (?:the )?([^,]{2,40})")
_INVERTED = re.compile(r"([^\W\d_][\w'’-]+), ((?:[^\W\d_][\w'’.-]*\s?){1,3})")
"""`Fleming, Alexander`."""
_OF = re.compile(r"(?:the )?([\w'’ -]{2,60}?) (?:of|to|in|for) (?:the |a |an )?([\w'’ -]{2,60})")
"""`damage to the facial nerve`, which is facial nerve damage."""
_SPELLINGS = (
    (re.compile(r"is(e|ed|er|es|ing|ation|ations)$"), r"iz\1"),
    (re.compile(r"(?<=\w{3})our(s|ed|ing|ful|able)?$"), r"or\1"),
    (re.compile(r"(?<=\w{2})tre(s|d)?$"), r"ter\1"),
    (re.compile(r"(?<=\w{2})ence$"), "ense"),
    (re.compile(r"(?<=\w)ogue$"), "og"),
    (re.compile(r"ae|oe(?=\w{4})"), "e"),
    (re.compile(r"ll(ed|ing|er|ers)$"), r"l\1"),
    (re.compile(r"^grey"), "gray"),
    (re.compile(r"^aluminium$"), "aluminum"),
)
"""British to American, for comparing only; few words that differ become one."""
_NAME_PART = re.compile(r"[^\W\d_][^\W\d_'’-]*(?:['’-][^\W\d_]+)*")
_ONLY_NAMES = re.compile(r"(?:[^\W\d_]|[ .'’-]){3,80}")
_HONORIFIC_AS_WRITTEN = re.compile(r"^(?:(?:Mr|Mrs|Ms|Dr|Prof|Sir|Dame|President|King|Queen)\.? )+")
_PARENTHESIS = re.compile(r"^(.{2,120}?)\s*\(([^()]{1,80})\)$")


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """In normal form, without the dress of LaTeX and indices."""
    text = tidy(text)
    if "\\" in text or "_" in text:
        text = _INDEX.sub(r"\1", _COMMAND.sub(r"\1", text)).replace("$", "")
    return normalise(text)


@lru_cache(maxsize=8192)
def _variants(text: str) -> frozenset[str]:
    """Forms of one answer that differ in nothing but writing."""
    written = plain(text)
    forms = {written, shortened(written)}
    described = APPOSITION.fullmatch(tidy(text)) or _placed(tidy(text))
    if described:
        forms.add(plain(described[1]))
    turned = _INVERTED.fullmatch(tidy(text)) or _OF.fullmatch(tidy(text))
    if turned:
        forms.add(plain(f"{turned[2]} {turned[1]}"))
    outside = _PARENTHESIS.match(tidy(text))
    if outside and _abbreviates(outside[2], outside[1]):
        forms |= {plain(outside[1]), plain(outside[2])}
    return frozenset(form for form in forms if form)


def shortened(written: str) -> str:
    """Without titles, classes and forms of company."""
    return _SUFFIX.sub("", _CLASS.sub("", _MT.sub("mount ", _HONORIFIC.sub("", written))))


def _placed(text: str) -> re.Match[str] | None:
    """`Barcelona, Spain`, but not `Germany, Austria`, which are two countries."""
    match = _PLACE.fullmatch(text)
    if match and plain(match[2]) in COUNTRIES and plain(match[1]) not in COUNTRIES:
        return match
    return None


def _abbreviates(one: str, other: str) -> bool:
    """Whether one of two is made of the initials of the other."""
    for short, long in ((one, other), (other, one)):
        letters = short.replace(".", "").strip()
        words = re.findall(r"[^\W\d_]+", long)
        capital = "".join(word[0] for word in words if word[0].isupper())
        every = "".join(word[0] for word in words).upper()
        if len(letters) > 1 and letters.isupper() and letters in (capital, every):
            return True
    return False


def same_words(given: str, gold: str) -> bool:
    """Equal in writing, or but for spaces, plurals, or a middle initial."""
    ours, theirs = _variants(gold), _variants(given)
    if ours & theirs or _headed(given, gold) or _headed(gold, given):
        return True
    return any(_nearly(one, other) for one in theirs for other in ours) or same_name(given, gold)


def _headed(one: str, other: str) -> bool:
    """`Enter` and `the Enter key`."""
    head = _HEAD.search(plain(one))
    return head is not None and plain(one)[: head.start()] == plain(other)


def _nearly(given: str, gold: str) -> bool:
    if given.replace(" ", "") == gold.replace(" ", "") and not re.search(r"\d \d", given + gold):
        return True
    ours, theirs = gold.split(), given.split()
    if len(ours) != len(theirs):
        ours, theirs = ([word for word in words if word != "of"] for words in (ours, theirs))
    return len(ours) == len(theirs) and all(
        one == other or _folded(one) == _folded(other)
        for one, other in zip(ours, theirs, strict=True)
    )


@lru_cache(maxsize=16384)
def _folded(word: str) -> str:
    for pattern, replacement in _SPELLINGS:
        word = pattern.sub(replacement, word)
    return stem(word)


def same_name(given: str, gold: str) -> bool:
    """The same person but for a middle name that is an initial or missing in one of two."""
    texts = [_HONORIFIC_AS_WRITTEN.sub("", tidy(text)) for text in (gold, given)]
    if not all(map(_ONLY_NAMES.fullmatch, texts)):
        return False
    ours, theirs = map(_NAME_PART.findall, texts)
    if min(len(ours), len(theirs)) < 2 or max(len(ours), len(theirs)) > 5:
        return False
    if not all(word[0].isupper() for word in ours + theirs):
        return False
    (first, *middle, last), (theirs_first, *theirs_middle, theirs_last) = ours, theirs
    if last.lower() != theirs_last.lower() or not _initialled(first, theirs_first):
        return False
    if len(middle) == len(theirs_middle):
        return all(
            _initialled(one, other) for one, other in zip(middle, theirs_middle, strict=True)
        )
    return not all((middle, theirs_middle)) and all(
        len(word) == 1 for word in middle + theirs_middle
    )


def _initialled(one: str, other: str) -> bool:
    return one.lower() == other.lower() or (
        min(len(one), len(other)) == 1 and one[0].lower() == other[0].lower()
    )
