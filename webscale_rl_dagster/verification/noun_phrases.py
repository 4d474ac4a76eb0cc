"""English phrases that begin with `the`, cut out by the small words around them; no parser."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from webscale_rl_dagster.rewards.words import IRREGULAR, STOP_WORDS, stem

from .sentences import folded_document

_TOKEN = re.compile(r"[^\W_][\w'’.-]*[^\W_.]|[^\W_]|_{3,}|[$,;:?()\"“”.–—]")
_AUXILIARIES = frozenset(
    """is are was were do does did has have had can could will would may might must should shall
    cannot be""".split()
)
_COPULAS = frozenset("is are was were".split())
SELECTORS = frozenset(
    """first second third fourth fifth last next final previous full whole entire complete total
    maximum minimum average overall original initial former main other new old
    two three four five six seven eight nine ten eleven twelve dozen
    later earlier exact""".split()
)
_TELLS_WHICH = frozenset(
    """of that which who whom whose where when why for called named known between against by
    than to whether into itself themselves""".split()
)
_RESTRICTS = frozenset("of whose called named known".split())
"""What can only follow a noun."""
_PLACES = frozenset("in at on from through after before".split())
_NO_TOKENS = (("", 0), ("", 0))
_LIST_OF = re.compile(r"(?:, [\w-]+ )*,? ?(?:and|or) [\w-]+ (?:of|that|which)\b")
_RELATIVE = frozenset("which whom whose".split())
BREAKS = STOP_WORDS - {"same", "other", "own", "few", "once"} | {"upon", "via", "versus", "beside"}
_PARTICIPLE = re.compile(
    r"\w{2,}(?:ed|wn|tten|ken|sen|ven|ept|ught|uilt)$|(?:held|found|made|born|sent|won|sold|left|led)$"
)


class Phrase(NamedTuple):
    """The words behind a `the`, in lower case, and whether the phrase alone says what is meant."""

    words: tuple[str, ...]
    start: int
    selective: bool
    """Chosen from several: the first, the full; there is a whole that it belongs to."""
    told: bool
    placed: bool
    """`In a speech` or `with a …` follows: perhaps it tells which, perhaps how it was done."""
    compound: bool = False
    partial: bool = False
    """More words follow than the document has together."""


@lru_cache(maxsize=64)
def tokens_of(text: str) -> tuple[tuple[str, int], ...]:
    """Words, blanks and signs, each with its offset."""
    return tuple((found.group(), found.start()) for found in _TOKEN.finditer(text))


def definite_phrases(asked: str, document: str) -> Iterator[Phrase]:
    """Every phrase of an open question; the document tells where one ends."""
    tokens = tokens_of(asked)
    for at, (word, start) in enumerate(tokens):
        if word not in ("the", "The"):
            continue
        words, told, stop = _run(tokens, at + 1)
        auxiliary = tokens[at - 1][0].lower() if at else ""
        chosen_of = stop < len(tokens) and tokens[stop][0].lower() in _RESTRICTS
        kept, inverted = _without_verb(words, "" if chosen_of else auxiliary, document)
        told = told or (not inverted and (_reduced(words) or _tells(tokens, stop)))
        placed = len(kept) == len(words) and _placed(tokens, stop)
        phrase = _phrase(kept, start, told, placed)
        partial = len(kept) < len(words) and not inverted
        yield phrase._replace(compound=len(words) - inverted > 1, partial=partial)


def opening_phrase(asked: str) -> Phrase:
    """What a statement opens with; its last word is the verb unless an auxiliary follows."""
    tokens = tokens_of(asked)
    words, told, stop = _run(tokens, 1)
    following = tokens[stop][0].lower() if stop < len(tokens) else ""
    acts = next((n for n in range(1, len(words) - 1) if _is_past(words[n])), 0)
    if acts:
        return _phrase(words[:acts], 0, any(name.isupper() for name in asked[4:5]), False)
    if following not in _AUXILIARIES and following not in (",", "(") and len(words) > 1:
        words = words[:-1]
    return _phrase(words, 0, told or _tells(tokens, stop), False)


def _is_past(word: str) -> bool:
    return word in IRREGULAR or _PARTICIPLE.match(word) is not None


def _run(tokens: tuple[tuple[str, int], ...], at: int) -> tuple[list[str], bool, int]:
    """The words up to the next function word or sign, and whether a name or number is there."""
    words: list[str] = []
    told = False
    while at < len(tokens):
        word = tokens[at][0]
        lower = word.lower()
        if word == "$" or word.startswith("___"):
            return words, told or word == "$", at
        if not word[0].isalnum() or lower in BREAKS:
            break
        told = told or word[0].isupper() or word[0].isdigit()
        words.append(lower)
        at += 1
        if lower.endswith(("'s", "’s", "s'", "s’")):
            words[-1] = lower.rstrip("'’s") if lower.endswith(("'", "’")) else lower[:-2]
            break
    return words, told, at


def _tells(tokens: tuple[tuple[str, int], ...], stop: int) -> bool:
    """`Of` or a relative clause behind the phrase, a name in brackets, a list that ends so."""
    following, after = (word.lower() for word, _ in (*tokens[stop : stop + 2], *_NO_TOKENS)[:2])
    if following in ("that", "which", "who") and after in ("he", "she"):
        return False
    if following in _TELLS_WHICH or following in ("(", '"', "“", ":", "$"):
        return True
    if following in ("with", "without"):
        return after not in ("a", "an")
    if following in _PLACES:
        return after in _RELATIVE
    rest = " ".join(word for word, _ in tokens[stop : stop + 8])
    return following in (",", "and", "or") and bool(_LIST_OF.match(rest))


def _placed(tokens: tuple[tuple[str, int], ...], stop: int) -> bool:
    following, after = (word.lower() for word, _ in (*tokens[stop : stop + 2], *_NO_TOKENS)[:2])
    return following in ("with", "without") or (following in _PLACES and after in ("a", "an"))


def _without_verb(words: list[str], auxiliary: str, document: str) -> tuple[list[str], bool]:
    """`Did the boy go`: the inverted verb is no noun; nor is what the document has not together."""
    if len(words) < 2:
        return words, False
    if auxiliary in _AUXILIARIES - _COPULAS:
        held = (n for n in range(len(words) - 1, 1, -1) if together(words[:n], document))
        return words[: next(held, min(len(words) - 1, 1 + (words[0] in SELECTORS)))], True
    passive = next((n for n in range(1, len(words)) if _PARTICIPLE.match(words[n])), 0)
    if auxiliary in _COPULAS and passive:
        return words[:passive], True
    for length in range(len(words), 1, -1):
        if together(words[:length], document):
            return words[:length], False
    return (words if auxiliary in _COPULAS else words[: 1 + (words[0] in SELECTORS)]), False


def _reduced(words: list[str]) -> bool:
    """`The mould found in Peoria`."""
    return any(map(_PARTICIPLE.match, words[1:]))


def _phrase(words: list[str], start: int, told: bool, placed: bool) -> Phrase:
    superlative = words[:1] in (["best"], ["worst"], ["same"]) or (
        len(words) > 0 and words[0].endswith("est") and len(words[0]) > 4
    )
    core = tuple(word for word in words if word not in SELECTORS)
    return Phrase(core, start, 0 < len(core) < len(words), told or superlative, placed)


def together(words: Sequence[str], document: str) -> bool:
    """Whether the document has the words in a row, the last one perhaps inflected."""
    last = stem(words[-1]) if words[-1].startswith(stem(words[-1])) else words[-1]
    return " ".join([*words[:-1], last]) in folded_document(document)
