"""Whether a definition with its subject blanked fits one thing only."""

from __future__ import annotations

import re

_IS = re.compile(r"(?:is|are|was|were|refers to)\b")
_IS_THE = re.compile(r"(?:is|are|was|were|refers to) the\b")
_PLACE = re.compile(
    r"(?:is|was) an? (?:\w+ ){0,4}(?:country|town|city|village|region|river|island|mountain)\b"
)
_LOOSE = re.compile(
    r"\b(?:common(?:ly)?|usual(?:ly)?|typical(?:ly)?|often|frequently|popular|widely|well-known"
    r"|various|many|several|wide variety|range of|member of|one of|such as)\b"
)
"""Says what the thing is like, not what it is: other things are like that too."""
_SAYS_WHAT = re.compile(
    r"\b(?:that|which|who|whose|where|used (?:to|for|in|as)|for (?:the )?\w+ing|aimed at)\b"
    r"|\b(?:is|are|was|were) an? [\w-]+(?:, [\w -]+)* of\b"
)
_PARTICULAR = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+|\d{2,}")
_WORDS_OF = {"the": 9, "place": 18, "particular": 12, "any": 15}


def identifies(said: str, *, is_person: bool = False) -> bool:
    """`said` is what follows the blank: "is the …" needs least, a place or a mere kind most.

    A person's nation and profession are shared by many: a work or an office must be named.
    """
    said = said.strip()
    words = len(said.split())
    if is_person and len(_PARTICULAR.findall(said)) < 3:
        return False
    if not _IS.match(said):
        return False
    if _IS_THE.match(said):
        return words >= _WORDS_OF["the"]
    if _LOOSE.search(said):
        return False
    if _PLACE.match(said):
        return words >= _WORDS_OF["place"]
    particulars = _PARTICULAR.findall(said)
    if not _SAYS_WHAT.search(said) and len(particulars) < 2:
        return False
    return words >= _WORDS_OF["particular" if particulars else "any"]
