"""Sentences: whether one says the gold and otherwise only the question's words.

Whatever a response says beyond that makes it another answer, and a negation or a second choice
makes it none.
"""

from functools import lru_cache

from .extraction import tidy
from .normalise import normalise
from .wording import APPOSITION, plain, shortened
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
_CIRCUMSTANCE = frozenset(
    "from in at on by during through into because when while which that who after as so".split()
)
"""What may open the rest of a sentence that has answered already."""
_FEWEST_ASKED = 2


def hedged(given: str, gold: str) -> bool:
    """Whether a response denies, doubts or offers a choice where the gold does not."""
    said = set(normalise(given.replace("n't", " not").replace("n’t", " not")).lower().split())
    return bool((said & _HEDGE) - set(plain(gold).lower().split())) or "?" in given


def says(given: str, gold: str, question: str | None) -> bool:
    """Whether a short sentence holds the gold and otherwise only the question's words."""
    if hedged(given, gold):
        return False
    asked = _asked(question or "")
    described = APPOSITION.fullmatch(tidy(given))
    given = described[1] if described else given
    theirs, ours = _core(plain(given), asked), _core(plain(gold), asked)
    if not ours:
        return False
    if theirs == ours or _stems(theirs) == _stems(ours):
        return True
    if shortened(" ".join(theirs)) == shortened(" ".join(ours)):
        return True
    before = plain(given).partition(" ".join(ours))[0].split()
    return (
        theirs[: len(ours)] == ours
        and theirs[len(ours)] in _CIRCUMSTANCE
        and len(asked.intersection(map(_lemma, before)) - _EMPTY) >= _FEWEST_ASKED
    )


@lru_cache(maxsize=1024)
def _asked(question: str) -> frozenset[str]:
    stems = frozenset(map(_lemma, plain(question[-2000:]).split()))
    return stems | {"mount", "mt"} if stems & {"mountain", "peak"} else stems


def _lemma(word: str) -> str:
    word = IRREGULAR.get(word, word)
    return word[:-2] if len(word) == 5 and word.endswith("ed") else stem(word)


def _core(written: str, asked: frozenset[str]) -> tuple[str, ...]:
    words = written.split()
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
    return bool(content_stems(plain(given).split()) & content_stems(plain(gold).split()))
