"""Questions that narrow the answer to a few without an `or`: half of all guesses are right."""

import re

from webscale_rl_dagster.rewards.normalise import normalise
from webscale_rl_dagster.rewards.words import STOP_WORDS, content_stems

from .candidate import Candidate
from .quantities import quantities, whole_quantity

_AMONG = re.compile(
    r"^(?:between|out of|from among|among|of)\b(.{3,150}?),? (?:which|who|what|whose|where|when"
    r"|how)\b"
    r"|\bwhich of\b([^?]{3,150}?,[^?]{3,100}?)\b(?:is|are|was|were|has|have|did|does|can|will)\b",
    re.IGNORECASE,
)
_OPTIONS = re.compile(r"\(([^()]{3,80})\)|(?:[:;–—]|,? - ) ?([^:;–—()?]{3,100})\??\s*$")
_SEPARATOR = re.compile(r"\s*(?:[,/|]|\bvs\.?(?!\w)|\bversus\b)\s*")
_SLASH = re.compile(r"(?<=\w)'?\s?/\s?(?=[\w-])")
_OPPOSITES = frozenset(
    """left right clockwise counterclockwise anticlockwise northern southern eastern
    western positive negative male female masculine feminine odd even up down upward
    upwards downward downwards inward inwards outward outwards forward forwards backward
    backwards upper lower inside outside horizontal vertical above below acidic alkaline
    heads tails""".split()
)
_ASKS_SIDE = re.compile(
    r"\b(?:what is the|what|which)(?: \w+)? (?:direction|side|hemisphere|half|sign|way|sex|gender"
    r"|parity|bank|wing|end|pole|lane|hand|leg|arm|eye|ear|foot|orientation|charge)\b",
    re.IGNORECASE,
)
_CHANGES = frozenset(
    """increas decreas rise rises rose fall fell drop go up down grow shrink strengthen
    weaken improv worsen expand contract accelerat slow speed higher lower more less fewer
    faster slower reduc rais lower""".split()
)
_ASKS_CHANGE = re.compile(
    r"\bhow (?:does|do|did|will|would|is|are|was|were)\b.{1,150}?\b(?:chang|affect|influenc|respond"
    r"|react|compar|develop|alter|behav)\w*",
    re.IGNORECASE,
)
_LONGEST = 1000
_EDGE = 5
"""Words on either side of a slash that may belong to an option."""


def guessable(candidate: Candidate) -> bool:
    """The options stand in the question without `or`, or there are only two to think of."""
    asked, answer = candidate.asked[:_LONGEST], normalise(candidate.answer)
    if _complement(asked, candidate.answer):
        return True
    if candidate.cloze or not answer:
        return False
    return (
        _among(asked, answer)
        or _listed(asked, answer)
        or _slashed(asked, answer)
        or (_one_of_two(asked, answer))
    )


def _complement(asked: str, answer: str) -> bool:
    """`Industry made ____ and services 75%`: the shares add up to 100%."""
    share = whole_quantity(answer)
    if share is None or share.unit != "percent":
        return False
    others = [other.value for other in quantities(asked) if other.unit == "percent"]
    return bool(others) and sum(others, share.value) == 100


def _among(asked: str, answer: str) -> bool:
    """`Between copper and iron, which …`: the answer is one of those named."""
    found = _AMONG.search(asked)
    named = (found[1] or found[2]) if found else ""
    if not re.search(r",|\band\b|/", named):
        return False
    stems = content_stems(answer.split())
    return bool(stems) and stems <= content_stems(normalise(named).split())


def _listed(asked: str, answer: str) -> bool:
    """`Which wing is it: east, west?` or `(rise/fall)`."""
    for found in _OPTIONS.finditer(asked):
        options = [normalise(option) for option in _SEPARATOR.split(found[1] or found[2])]
        if len(options) > 1 and answer in options:
            return True
    return False


def _slashed(asked: str, answer: str) -> bool:
    """`Did prices rise/fall`: the answer ends before the slash or begins after it."""
    stems = [stem for word in answer.split() for stem in content_stems((word,)) or (word,)]
    for slash in _SLASH.finditer(asked):
        before = _edge(asked[max(0, slash.start() - 80) : slash.start()])[-_EDGE:]
        after = _edge(asked[slash.end() : slash.end() + 80])[:_EDGE]
        if before[-len(stems) :] == stems or after[: len(stems)] == stems:
            return True
    return False


def _edge(text: str) -> list[str]:
    return [stem for word in normalise(text).split() for stem in content_stems((word,)) or (word,)]


def _one_of_two(asked: str, answer: str) -> bool:
    words = [word for word in answer.split() if word not in STOP_WORDS] or answer.split()
    if words[0] in _OPPOSITES and len(words) <= 2 and _ASKS_SIDE.search(asked):
        return True
    stems = content_stems(words) or frozenset(words)
    return len(words) == 1 and bool(stems & _CHANGES) and bool(_ASKS_CHANGE.search(asked))
