"""Which pairs are too many of their kind, where shares are capped."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from math import floor

import polars as pl

from webscale_rl_dagster.config import BalanceConfig
from webscale_rl_dagster.errors import ReleaseError

NEVER, SELDOM, OFTEN = "never", "up to half", "more than half"
_HALF = 0.5


def difficulty() -> pl.Expr:
    """How often the prober was right without the document; null for a pair that was not probed."""
    rate = pl.col("closed_book_rate")
    band = pl.when(rate == 0).then(pl.lit(NEVER)).when(rate <= _HALF).then(pl.lit(SELDOM))
    return pl.when(rate.is_not_null()).then(band.otherwise(pl.lit(OFTEN))).alias("difficulty")


def over_shares(pairs: pl.DataFrame, balance: BalanceConfig) -> dict[str, str]:
    """Reasons, `over_share_<kind>`, by `qa_id` of those to leave out so that every cap holds.

    Those that are too many in several ways go first, which keeps most; then a hash of the id tells,
    so that a pair that stays in a larger dataset mostly stayed in the smaller. Null is of no kind,
    and stays.

    Raises:
        ReleaseError: nothing can be left, as there are too few of a kind.
    """
    shares = balance.model_dump(exclude_none=True)
    drops: dict[str, str] = {}
    left = pairs.with_columns(
        place=pairs["qa_id"].map_elements(_place, pl.UInt64, skip_nulls=False)
    )
    before = -1
    while left.height != before:
        before = left.height
        for kind in shares:
            most = {name: _most(left[name], share) for name, share in shares.items()}
            excesses = [
                pl.col(name).is_not_null() & (pl.len().over(name) > most[name]) for name in shares
            ]
            left = left.sort(pl.sum_horizontal(excesses), "place")
            fits = pl.col(kind).is_null() | (pl.int_range(pl.len()).over(kind) < most[kind])
            drops |= dict.fromkeys(left.filter(~fits)["qa_id"], f"over_share_{kind}")
            left = left.filter(fits)
    return drops


def _most(kinds: pl.Series, share: float) -> int:
    sizes = kinds.drop_nulls().value_counts()["count"].to_list()
    most = _cap(sizes, kinds.null_count(), share)
    if sizes and not most:
        raise ReleaseError(
            f"no release has at most {share:g} of any {kinds.name}: there are pairs of "
            f"{len(sizes)} only, raise release.balance.{kinds.name}"
        )
    return most


def _cap(sizes: Sequence[int], free: int, share: float) -> int:
    """The most of a kind such that it is no more than its share of what is then left."""
    total = sum(sizes) + free
    while True:
        most = floor(share * total)
        left = free + sum(min(size, most) for size in sizes)
        if left == total:
            return most
        total = left


def _place(qa_id: str) -> int:
    return int.from_bytes(blake2b(qa_id.encode(), digest_size=8, key=b"release balance").digest())
