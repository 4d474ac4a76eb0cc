"""Sorts more hashes than memory should hold: a slice of their range at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from webscale_rl_dagster.decontamination.words import Hashes

_SLICE = 2_000_000


def bounds(count: int) -> Iterator[tuple[np.uint64, np.uint64]]:
    """First and last hash of each slice, such that a slice holds about two million of `count`."""
    slices = 1 << max(0, (count // _SLICE).bit_length())
    width = (1 << 64) // slices
    for number in range(slices):
        yield np.uint64(number * width), np.uint64((number + 1) * width - 1)


def inside(hashes: Hashes, first: np.uint64, last: np.uint64) -> npt.NDArray[np.int64]:
    """Places of the hashes of one slice, of unsorted hashes, some at a time."""
    found = [
        start + np.flatnonzero((part >= first) & (part <= last)) for start, part in _parts(hashes)
    ]
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _parts(hashes: Hashes) -> Iterator[tuple[int, Hashes]]:
    for start in range(0, len(hashes), _SLICE):
        yield start, hashes[start : start + _SLICE]
