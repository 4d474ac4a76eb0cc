"""Finds parts of many texts in others, however many they are, by hashes of what is 32 letters long.

Of a text a passage is taken at every 8th letter, and what is searched is looked at from every 5th
on. As 8 and 5 have no common divisor, any copy of 71 letters in a row holds a passage at a place
that is looked at, wherever it begins. Hashes of 64 bits with secret multipliers: a chance find in
10 TB is less likely than one in ten thousand, and nobody can write a text that causes one.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

LENGTH = 32
"""Of a passage: bytes of `letters`, which for English are its letters and digits."""
TAKEN = 8
STEP = 5
SURE = LENGTH + TAKEN * STEP - 1
"""Copies of so many bytes in a row are found."""
SHORTEST = LENGTH + STEP - 1
"""A shorter text has no passages; one shorter than `SURE` has one from every letter on."""

_WORD = 8
_AT_ONCE = 1 << 16
_HALF = 32
_MOST_BITS = 30
Hashes = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]


class Hits(NamedTuple):
    """Passages that were found, and where; a passage that is there twice is here twice."""

    places: Numbers
    """Offsets in what was searched."""
    passages: Numbers
    """Numbers of `Passages`."""


class Passages:
    """Of texts that are numbered in the order of adding: about 1.6 bytes of memory a letter."""

    def __init__(self) -> None:
        words = range(LENGTH // _WORD)
        self._keys = [np.uint64(secrets.randbits(64) | 1) for _ in words]
        self._added: list[Hashes] = []
        self._known = np.empty(0, np.uint64)
        self._owners = np.empty(0, np.int32)
        self._coarse = self._fine = _Sieve(self._known, shift=0)

    def add(self, letters: bytes) -> int:
        """How many passages the text has."""
        step = TAKEN if len(letters) >= SURE else 1
        enough = len(letters) >= SHORTEST
        self._added.append(self._hashes(letters, step) if enough else self._known[:0])
        return len(self._added[-1])

    def freeze(self) -> None:
        """Make ready to find; nothing is added afterwards. Texts alike share the first's."""
        counts = [len(hashes) for hashes in self._added]
        owners = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        hashes = np.concatenate([self._known, *self._added])
        self._added = []
        self._known, first = np.unique(hashes, return_index=True)
        self._owners = owners[first]
        self._coarse = _Sieve(self._known, shift=0)
        self._fine = _Sieve(self._known, shift=_HALF)

    def __len__(self) -> int:
        return len(self._known)

    def owners(self, passages: Numbers) -> Numbers:
        """Numbers of the texts that they were taken from."""
        return self._owners[passages].astype(np.int64)

    def forget(self, passages: Numbers) -> None:
        """They are not found any more; the numbers of the others change."""
        left = np.ones(len(self._known), bool)
        left[passages] = False
        self._known, self._owners = self._known[left], self._owners[left]

    def find(self, letters: bytes, *, step: int = STEP) -> Hits:
        """What is in it. With a step of 1 every passage is found, else those at every `step`-th."""
        places, passages = [_NONE], [_NONE]
        if len(self._known):
            for start, hashes in self._slices(letters, step):
                may = np.flatnonzero(self._coarse.passes(hashes))
                may = may[self._fine.passes(hashes[may])]
                at = np.searchsorted(self._known, hashes[may])
                at[at == len(self._known)] = 0
                hit = self._known[at] == hashes[may]
                places.append(start + may[hit] * step)
                passages.append(at[hit])
        return Hits(np.concatenate(places), np.concatenate(passages))

    def _slices(self, letters: bytes, step: int) -> Iterator[tuple[int, Hashes]]:
        view = memoryview(letters)
        last = len(letters) - LENGTH
        for start in range(0, last + 1, _AT_ONCE * step):
            part = view[start : start + (_AT_ONCE - 1) * step + LENGTH]
            yield start, self._hashes(part, step)

    def _hashes(self, letters: bytes | memoryview, step: int) -> Hashes:
        """Of what begins at every `step`-th byte, eight bytes at a time."""
        count = (len(letters) - LENGTH) // step + 1
        mixed = np.zeros(count, np.uint64)
        for number, key in enumerate(self._keys):
            word: Hashes = np.ndarray(
                (count,), "<u8", buffer=letters, offset=number * _WORD, strides=(step,)
            )
            mixed += word
            mixed *= key
            mixed ^= mixed >> np.uint64(_HALF)
        return mixed


class _Sieve:
    """Lets every known hash pass and few others: a look-up, where finding one takes a search."""

    def __init__(self, known: Hashes, *, shift: int) -> None:
        """`shift`: how many of the top bits of a hash another sieve looks at."""
        bits = min(len(known).bit_length() + 3, 64 - shift, _MOST_BITS)
        self._up, self._down = np.uint64(shift), np.uint64(64 - bits)
        self._there = np.zeros(1 << bits, bool)
        self._there[self._place(known)] = True

    def passes(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        return self._there[self._place(hashes)]

    def _place(self, hashes: Hashes) -> Hashes:
        return (hashes << self._up) >> self._down


_NONE = np.empty(0, np.int64)
