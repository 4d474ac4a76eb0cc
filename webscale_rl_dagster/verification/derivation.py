"""Roots of English words, by which `viscous` gives `viscosity` away.

Coarser than a stem and only for leakage: two words of one root need not mean the same.
"""

from functools import lru_cache

_SUFFIXES = tuple(
    """isations isation izations ization ationally ational ations ation ators ator ating ated ates
    ate osities osity ities ity ously ous iness ness ments ment isms ism ists ist ising izing ised
    ized ises izes ise ize ically ical ics ic ally als al ives ive ables able ers er ors or ing ed
    es s e y is ysis ytic cracy cracies cratic cies cy ions ion ances ance ences ence ants ant ents
    ent us um i ae""".split()
)
_SHORTEST_WORD = 6
_LONG_ROOT = 5
_SHORT_ROOT = 4
_LONG_SUFFIX = 3
"""A root of four letters is one only before a suffix of three: `visc-ous`, not `comp-er`."""


@lru_cache(maxsize=16384)
def roots(word: str) -> frozenset[str]:
    """The word and what stays of it without any one suffix; empty for words too short to tell."""
    if len(word) < _SHORTEST_WORD or not word.isalpha():
        return frozenset()
    bare = ((word.removesuffix(end), end) for end in _SUFFIXES if word.endswith(end))
    return frozenset((word,)).union(
        root
        for root, end in bare
        if len(root) >= _LONG_ROOT or (len(root) == _SHORT_ROOT and len(end) >= _LONG_SUFFIX)
    )
