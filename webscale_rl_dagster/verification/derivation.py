"""Roots of English words, by which `viscous` gives `viscosity` away.

Coarser than a stem and only for leakage: two words of one root need not mean the same.
"""

from functools import lru_cache

_SUFFIXES = sorted(
    """isations isation izations ization ationally ational ations ation ators ator ating
    ated ates ate osities osity ities ity ously ous iness ness ments ment isms ism ists
    ist ising izing ised ized ises izes ise ize ically ical ics ic ally als al ives ive
    ables able ers er ors or ing ed es s e is ysis ytic cracy cracies cratic cies cy ions
    ion ances ance ences ence ants ant ents ent us um i ae""".split(),
    key=len,
    reverse=True,
)
_SHORTEST_ROOT = 4
_SHORTEST_WORD = 6


@lru_cache(maxsize=16384)
def root(word: str) -> str:
    """The word without its longest suffix; empty for words too short to tell."""
    if len(word) < _SHORTEST_WORD or not word.isalpha():
        return ""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_ROOT:
            return word.removesuffix(suffix)
    return word
