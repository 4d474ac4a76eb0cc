"""MinHash signatures of documents, from which two texts' similarity is told without the texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

from webscale_rl_dagster.decontamination.words import run_hashes, words_of

SHINGLE_WORDS = 5
"""A document is the set of its runs of five words, case and punctuation aside."""

PERMUTATIONS = 256
"""The estimate's standard deviation is 0.025 at a similarity of 0.8."""

SCHEME = b"\x01"
"""First byte of a signature. Another shingle, seed or algorithm of rensa takes another byte: stored
signatures with this one are then told apart, and made anew from their texts."""

_SEED = 42
_PIECE = 1 << 20
"""Characters that are cut into words at a time, which takes ten times as many bytes."""
_BANDED = 128
"""Minima that make up bands: of more, memory would grow and little be found."""
_BAND_ROWS = (8, 4)
_LIKELY = 0.9
_BY_CHANCE = 1 / 256
"""How often the low bytes of different minima agree."""


def signature_of(text: str) -> bytes:
    """`SCHEME` and the low byte of each minimum; empty for a text shorter than a shingle."""
    starts = range(0, len(text), _PIECE)
    pieces = [words_of([text[start : start + _PIECE]]).hashes for start in starts]
    shingles = run_hashes(np.concatenate([np.empty(0, dtype=np.uint64), *pieces]), SHINGLE_WORDS)
    if not len(shingles):
        return b""
    [minima] = RMinHash.digest_matrix_from_flat_token_hashes(
        shingles, np.array([0, len(shingles)], dtype=np.uint64), PERMUTATIONS, _SEED
    ).to_rows()
    return SCHEME + np.array(minima, dtype=np.uint32).astype(np.uint8).tobytes()


def is_current(signature: bytes | None) -> bool:
    """Whether the signature was made, and can be compared with those made now."""
    return signature is not None and signature[:1] in (b"", SCHEME)


def similarities(signature: bytes, others: Sequence[bytes]) -> npt.NDArray[np.float64]:
    """The estimated Jaccard similarity to each of the others."""
    rows = np.frombuffer(b"".join(other[1:] for other in others), dtype=np.uint8)
    mine = np.frombuffer(signature[1:], dtype=np.uint8)
    shares: npt.NDArray[np.float64] = (rows.reshape(-1, PERMUTATIONS) == mine).mean(axis=1)
    return (shares - _BY_CHANCE) / (1 - _BY_CHANCE)


def band_rows(threshold: float) -> int:
    """The longest bands of which two documents that similar share one with probability 0.9."""
    for rows in _BAND_ROWS:
        if 1 - (1 - threshold**rows) ** band_count(rows) >= _LIKELY:
            return rows
    return _BAND_ROWS[-1]


def band_count(rows: int) -> int:
    """How many bands there are of that length."""
    return _BANDED // rows


def bands(signature: bytes, rows: int) -> list[int]:
    """The bytes of each band as a signed number; two documents that share one may be alike."""
    keys: list[int] = np.frombuffer(signature[1 : 1 + _BANDED], dtype=f"<i{rows}").tolist()
    return keys
