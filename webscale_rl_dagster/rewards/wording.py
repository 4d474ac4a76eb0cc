"""Answers in words: the same but for case, accents, articles, inflection and the question's words.

Whatever a response says beyond that makes it another answer, and a negation or a second choice
makes it none.
"""

import re
from functools import lru_cache

from .amounts import amounts, prepared
from .extraction import tidy
from .normalise import normalise
from .places import COUNTRIES
from .words import IRREGULAR, content_stems, stem

_HEDGE = frozenset(
    """not no never nor neither none without except unless or either maybe perhaps possibly instead
    rather unlike versus vs nothing nobody cannot cant isnt wasnt arent werent doesnt didnt dont
    wont wouldnt couldnt shouldnt hasnt havent hadnt other than anything but false wrong incorrect
    could might unknown unsure uncertain unclear doubt deny denied refuse unable sorry wait
    actually ignore disregard""".split()
)
"""Words that turn a sentence round; they count only where the gold lacks them."""
_EMPTY = frozenset(
    """a an the is are was were be been being it its this that these those they he she there of in
    at on as by called named known did does do has had have which who whose what when where i think
    believe would so therefore thus answer correct you we with for""".split()
)
"""Words that a sentence may add around an answer."""
_COMMAND = re.compile(r"\\(?:text|textbf|textit|mathrm|mathbf|ce|emph)\{([^{}]*)\}")
_INDEX = re.compile(r"_\{?(\d{1,3})\}?")
_CIRCUMSTANCE = frozenset(
    "from in at on by during through into because when while which that who after as so".split()
)
"""What may open the rest of a sentence that has answered already."""
_FEWEST_ASKED = 2
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
_APPOSITION = re.compile(
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
_AND = re.compile(r"\s*(?:;|,\s+and\s+|,\s+or\s+|,\s+|\s+and\s+|\s+&\s+|\n+)\s*")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+", re.MULTILINE)
_MAX_ITEMS = 40


@lru_cache(maxsize=8192)
def _plain(text: str) -> str:
    text = tidy(text)
    if "\\" in text or "_" in text:
        text = _INDEX.sub(r"\1", _COMMAND.sub(r"\1", text)).replace("$", "")
    return normalise(text)


@lru_cache(maxsize=8192)
def _variants(text: str) -> frozenset[str]:
    """Forms of one answer that differ in nothing but writing."""
    plain = _plain(text)
    forms = {plain, _shortened(plain)}
    described = _APPOSITION.fullmatch(tidy(text)) or _placed(tidy(text))
    if described:
        forms.add(_plain(described[1]))
    turned = _INVERTED.fullmatch(tidy(text)) or _OF.fullmatch(tidy(text))
    if turned:
        forms.add(_plain(f"{turned[2]} {turned[1]}"))
    outside = _PARENTHESIS.match(tidy(text))
    if outside and _abbreviates(outside[2], outside[1]):
        forms |= {_plain(outside[1]), _plain(outside[2])}
    return frozenset(form for form in forms if form)


def _shortened(plain: str) -> str:
    return _SUFFIX.sub("", _CLASS.sub("", _MT.sub("mount ", _HONORIFIC.sub("", plain))))


def _placed(text: str) -> re.Match[str] | None:
    """`Barcelona, Spain`, but not `Germany, Austria`, which are two countries."""
    match = _PLACE.fullmatch(text)
    if match and _plain(match[2]) in COUNTRIES and _plain(match[1]) not in COUNTRIES:
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
    head = _HEAD.search(_plain(one))
    return head is not None and _plain(one)[: head.start()] == _plain(other)


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


def same_amount_words(given: str, gold: str) -> bool:
    """`33,000,000 years ago` for `33 million years ago`: equal amounts, equal words behind them."""
    ours, theirs = prepared(tidy(gold)), prepared(tidy(given))
    wanted, found = amounts(ours), amounts(theirs)
    if len(wanted) != 1 or len(found) != 1:
        return False
    if (wanted[0].value, wanted[0].unit) != (found[0].value, found[0].unit):
        return False
    leads = (
        text[: amount.start].strip().lower()
        for text, amount in ((ours, wanted[0]), (theirs, found[0]))
    )
    return _NO_LEAD.issuperset(leads) and (
        normalise(ours[wanted[0].end :]) == normalise(theirs[found[0].end :])
    )


_NO_LEAD = frozenset(
    ("", "about", "around", "~", "some", "roughly", "ca.", "circa", "approximately")
)


def same_items(given: str, gold: str) -> bool:
    """The gold's items in any order, no more and no fewer; a gold of one item has none."""
    wanted = _items(gold)
    if len(wanted) < 2:
        return False
    found = _items(_BULLET.sub("", given))
    if len(found) != len(wanted) or len(found) > _MAX_ITEMS:
        return False
    rest = list(found)
    for item in wanted:
        match = next((other for other in rest if same_words(other, item)), None)
        if match is None:
            return False
        rest.remove(match)
    return True


@lru_cache(maxsize=2048)
def _items(text: str) -> tuple[str, ...]:
    if len(text) > 2000:
        return ()
    return tuple(item for item in _AND.split(tidy(text)) if item.strip())


def hedged(given: str, gold: str) -> bool:
    """Whether a response denies, doubts or offers a choice where the gold does not."""
    said = set(normalise(given.replace("n't", " not").replace("n’t", " not")).lower().split())
    return bool((said & _HEDGE) - set(_plain(gold).lower().split())) or "?" in given


def says(given: str, gold: str, question: str | None) -> bool:
    """Whether a short sentence holds the gold and otherwise only the question's words."""
    if hedged(given, gold):
        return False
    asked = _asked(question or "")
    described = _APPOSITION.fullmatch(tidy(given))
    given = described[1] if described else given
    theirs, ours = _core(_plain(given), asked), _core(_plain(gold), asked)
    if not ours:
        return False
    if theirs == ours or _stems(theirs) == _stems(ours):
        return True
    if _shortened(" ".join(theirs)) == _shortened(" ".join(ours)):
        return True
    before = _plain(given).partition(" ".join(ours))[0].split()
    return (
        theirs[: len(ours)] == ours
        and theirs[len(ours)] in _CIRCUMSTANCE
        and len(asked.intersection(map(_lemma, before)) - _EMPTY) >= _FEWEST_ASKED
    )


@lru_cache(maxsize=1024)
def _asked(question: str) -> frozenset[str]:
    stems = frozenset(map(_lemma, _plain(question[-2000:]).split()))
    return stems | {"mount", "mt"} if stems & {"mountain", "peak"} else stems


def _lemma(word: str) -> str:
    word = IRREGULAR.get(word, word)
    return word[:-2] if len(word) == 5 and word.endswith("ed") else stem(word)


def _core(plain: str, asked: frozenset[str]) -> tuple[str, ...]:
    words = plain.split()
    told = [word in _EMPTY or _derived(word, asked) for word in words]
    first = next((at for at, known in enumerate(told) if not known), len(words))
    last = next((at for at in range(len(words), 0, -1) if not told[at - 1]), first)
    return tuple(words[first:last])


def _derived(word: str, asked: frozenset[str]) -> bool:
    """Whether a word is one of the question's, or an adjective of it: Japan, Japanese."""
    if _lemma(word) in asked:
        return True
    return any(
        word.endswith(ending) and len(word) > len(ending) + 3 and word[: -len(ending)] in asked
        for ending in ("ese", "ian", "an", "n", "ish", "i", "al", "ic")
    )


def _stems(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(stem(word) for word in words)


def overlaps(given: str, gold: str) -> bool:
    """Whether a content word is shared: a judge may be asked."""
    return bool(content_stems(_plain(given).split()) & content_stems(_plain(gold).split()))
