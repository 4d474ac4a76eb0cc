"""The words of many texts at once, as 64-bit hashes, and the hashes of runs of them.

A word is a run of letters, digits and marks. Hashes are this module's own and never change: they
lie in index files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from webscale_rl_dagster.decontamination.folding import ASCII_FOLD, PIECE, folded

Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

_LONGEST = 64
"""Bytes of a word that count; what is longer is data, not language."""

_MULTIPLIERS = [
    np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
]
_RUN = 0xD6E8FEB86659FD93
_MASKS = np.array([(1 << 8 * length) - 1 for length in range(9)], dtype=np.uint64)
_HALF, _THIRD = np.uint64(32), np.uint64(29)


@dataclass(frozen=True, slots=True)
class Words:
    """Words `first[i]` up to `first[i + 1]` are those of text i."""

    hashes: Hashes
    first: Places

    def count(self) -> Places:
        """How many words each text has."""
        return np.diff(self.first)

    def text(self) -> npt.NDArray[np.int32]:
        """For each word, the text it is of."""
        return np.repeat(np.arange(len(self.first) - 1, dtype=np.int32), self.count())


def words_of(texts: Sequence[str]) -> Words:
    """Some 70 MB/s; memory is about ten times that of the texts."""
    parts = folded(texts)
    data = b"\0".join(parts).translate(ASCII_FOLD)
    starts, ends = _edges(data)
    limits = np.cumsum([0, *(len(part) + 1 for part in parts)])
    return Words(_hash(data, starts, ends - starts), np.searchsorted(starts, limits))


def run_hashes(words: Hashes, length: int) -> Hashes:
    """Of the runs of that many words that begin at each word but the last ones."""
    if len(words) < length:
        return words[:0]
    result, done = words, 1
    while done < length:
        step = min(done, length - done)
        tail = result if step == done else run_tail(words, step)
        kept = len(words) - done - step + 1
        result = result[:kept] * _power(step) + tail[done : done + kept]
        done += step
    return result


def run_tail(words: Hashes, length: int) -> Hashes:
    """`run_hashes` by its definition, for lengths that halving does not reach."""
    kept = len(words) - length + 1
    result = words[:kept]
    for place in range(1, length):
        result = result * _power(1) + words[place : place + kept]
    return result


def whole_hashes(words: Words) -> Hashes:
    """Of each text, what `run_hashes` gives for as many words as it has; 0 for one without."""
    counts = words.count()
    powers = np.full(int(counts.max(initial=1)), _power(1), dtype=np.uint64)
    powers[0] = 1
    np.multiply.accumulate(powers, out=powers)
    behind = np.repeat(words.first[1:], counts) - np.arange(len(words.hashes)) - 1
    sums = np.zeros(len(words.hashes) + 1, dtype=np.uint64)
    np.cumsum(words.hashes * powers[behind], out=sums[1:])
    result: Hashes = sums[words.first[1:]] - sums[words.first[:-1]]
    return result


def _mixed(hashes: Hashes) -> Hashes:
    """All bits of the result depend on all of the argument."""
    result = hashes ^ hashes >> _HALF
    result *= _MULTIPLIERS[1]
    result ^= result >> _THIRD
    result *= _MULTIPLIERS[2]
    result ^= result >> _HALF
    return result


class Offsets:
    """Where the words of a text stand in it; slow, so made only of texts with a hit."""

    def __init__(self, text: str) -> None:
        pieces = list(PIECE.finditer(text))
        self._starts = [piece.start() for piece in pieces]
        self._ends = [piece.end() for piece in pieces]
        self._words = np.cumsum(words_of([piece.group() for piece in pieces]).count())

    def span(self, first_word: int, last_word: int) -> tuple[int, int]:
        """Of those words and what adjoins them without a space, in characters."""
        begin, end = np.searchsorted(self._words, (first_word, last_word), side="right")
        return self._starts[begin], self._ends[end]


def _edges(data: bytes) -> tuple[Places, Places]:
    """Where words begin, and where each is over."""
    inside = np.zeros(len(data) + 2, dtype=np.bool_)
    np.not_equal(np.frombuffer(data, dtype=np.uint8), 0, out=inside[1:-1])
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    return edges[::2], edges[1::2]


def _hash(data: bytes, starts: Places, lengths: Places) -> Hashes:
    padded = np.frombuffer(data + bytes(8), dtype=np.uint8)
    eights = np.lib.stride_tricks.as_strided(
        padded[:8].view("<u8"), shape=(len(padded) - 7,), strides=(1,)
    )
    result = _mixed(eights[starts] & _MASKS[np.minimum(lengths, 8)])
    longer = np.flatnonzero(lengths > 8)
    for place in range(8, _LONGEST, 8):
        if not len(longer):
            break
        rest = lengths[longer] - place
        piece = eights[starts[longer] + place] & _MASKS[np.minimum(rest, 8)]
        result[longer] = _mixed(result[longer] * _MULTIPLIERS[0] ^ piece)
        longer = longer[rest > 8]
    return result


def _power(exponent: int) -> np.uint64:
    return np.uint64(pow(_RUN, exponent, 1 << 64))
