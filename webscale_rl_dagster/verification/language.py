"""Questions and answers in another language than English, which the rules read.

Short texts identify badly, names worst of all: a text with English function words is English, one
of fewer than four words is in no language, and an answer that the document holds is a quotation.
"""

import re

from webscale_rl_dagster.rewards.normalise import find_exact

from .candidate import Candidate

_ENGLISH = frozenset(
    """the of what which who whom whose how is are does did when where why and for with
    from that this to in was were has have had by on at as it its than be been name into
    between""".split()
)
_ASKS = frozenset(
    """what which who whom whose when where why how name find solve compute calculate give state
    define identify complete evaluate simplify determine""".split()
)
_FOREIGN = frozenset(
    """der die das des dem den ein eine und ist im von zu mit für le la les un une et du dans
    est qui que el los las del y en por con su una il lo gli di che nel della em os um uma não
    het een van och är na się jest""".split()
)
_ENGLISH_ONLY = _ENGLISH - _FOREIGN - {"in", "was", "at", "on", "as", "has"}
_FORMAL = re.compile(r"`[^`]*`|\$[^$]{1,200}\$|\\[A-Za-z]+|https?://\S+")
_WORD = re.compile(r"[^\W\d_]+")
_FOREIGN_SCRIPT = re.compile(
    "[\u0400-\u052f\u0590-\u0fff\u10a0-\u1100\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
"""Not Greek, which is the alphabet of formulas."""
_FEWEST_WORDS = 4
_SURELY_ENGLISH = 0.2
"""Share of function words that English does not have in common with its neighbours."""
_LONGEST = 1000


def wrong_language(candidate: Candidate) -> bool:
    """The question is not English, or the answer is neither English nor in the document."""
    if _foreign_question(candidate.asked):
        return True
    answer = candidate.answer.strip()
    return _foreign_answer(answer) and not find_exact(answer, candidate.document)


def _foreign_question(text: str) -> bool:
    plain, words = _words(text)
    if _foreign_script(words):
        return True
    if len(words) < _FEWEST_WORDS or not _ASKS.isdisjoint(words):
        return False
    english = sum(word in _ENGLISH_ONLY for word in words)
    return english < _SURELY_ENGLISH * len(words) and _identify(plain) != "en"


def _foreign_answer(text: str) -> bool:
    """Names are no sentence in their language, so that two of its function words are wanted."""
    plain, words = _words(text)
    if _foreign_script(words):
        return True
    if len(words) < _FEWEST_WORDS or sum(word in _FOREIGN for word in words) < 2:
        return False
    return _ENGLISH_ONLY.isdisjoint(words) and _identify(plain) != "en"


def _words(text: str) -> tuple[str, list[str]]:
    plain = _FORMAL.sub(" ", text[:_LONGEST])
    return plain, [word.lower() for word in _WORD.findall(plain)]


def _foreign_script(words: list[str]) -> bool:
    letters = "".join(words)
    return len(_FOREIGN_SCRIPT.findall(letters)) * 2 > len(letters)


def _identify(text: str) -> str:
    import py3langid  # its model takes half a second to load

    return str(py3langid.classify(text)[0])
