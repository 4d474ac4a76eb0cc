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
_FORMAL = re.compile(r"`[^`]*`|\$[^$]{1,200}\$|\\[A-Za-z]+|https?://\S+")
_WORD = re.compile(r"[^\W\d_]+")
_FOREIGN_SCRIPT = re.compile(
    "[\u0400-\u052f\u0590-\u0fff\u10a0-\u1100\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
"""Not Greek, which is the alphabet of formulas."""
_FEWEST_WORDS = 4
_SURELY_ENGLISH = 0.2
_LONGEST = 1000


def wrong_language(candidate: Candidate) -> bool:
    """The question is not English, or the answer is neither English nor in the document."""
    if _foreign(candidate.asked):
        return True
    answer = candidate.answer.strip()
    return _foreign(answer) and not find_exact(answer, candidate.document)


def _foreign(text: str) -> bool:
    plain = _FORMAL.sub(" ", text[:_LONGEST])
    words = _WORD.findall(plain)
    letters = "".join(words)
    if len(_FOREIGN_SCRIPT.findall(letters)) * 2 > len(letters):
        return True
    if len(words) < _FEWEST_WORDS:
        return False
    english = sum(word.lower() in _ENGLISH for word in words)
    return english < _SURELY_ENGLISH * len(words) and _identify(plain) != "en"


def _identify(text: str) -> str:
    import py3langid  # its model takes half a second to load

    return str(py3langid.classify(text)[0])
