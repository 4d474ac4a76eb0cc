"""Which split a document belongs to: told by its id alone, so that it never moves."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

import polars as pl

from webscale_rl_dagster.config import SplitShares

SPLITS = ("train", "validation", "test")

_SALT = b"release split"
_BITS = 53


def splitter(shares: SplitShares) -> Callable[[pl.Series], pl.Series]:
    """The splits of document ids.

    Other documents have no say, so that a split stays as the dataset grows and shrinks. Tests are
    drawn from one end of the range of hashes and validation from the other: changing the share of
    one moves documents between it and train only.
    """

    def split(document_id: str) -> str:
        place = _place(document_id)
        if place < shares.test:
            return "test"
        return "validation" if place >= 1 - shares.validation else "train"

    return lambda ids: ids.map_elements(split, pl.String, skip_nulls=False)


def _place(document_id: str) -> float:
    """In [0, 1), evenly."""
    digest = blake2b(document_id.encode(), digest_size=8, key=_SALT).digest()
    return (int.from_bytes(digest) >> (64 - _BITS)) / (1 << _BITS)
