from __future__ import annotations

import polars as pl
import pytest
from pydantic import ValidationError

from webscale_rl_dagster.config import Config, SplitShares
from webscale_rl_dagster.identity import sha256_text
from webscale_rl_dagster.releases.splits import SPLITS, splitter

IDS = pl.Series([sha256_text(str(number)) for number in range(20_000)])


def test_splits_have_their_shares() -> None:
    shares = SplitShares(train=0.9, validation=0.06, test=0.04)
    counts = dict(splitter(shares)(IDS).value_counts().iter_rows())
    assert set(counts) == set(SPLITS)
    for name in SPLITS:
        assert counts[name] / len(IDS) == pytest.approx(getattr(shares, name), abs=0.006)


def test_a_split_is_the_documents_own_on_every_machine() -> None:
    split = splitter(SplitShares())
    whole = split(IDS)
    assert split(IDS.reverse()).to_list() == whole.reverse().to_list()
    assert [number for number, name in enumerate(whole[:300]) if name == "test"] == [69, 219]


def test_a_larger_test_split_takes_from_train_alone() -> None:
    before = splitter(SplitShares())(IDS)
    after = splitter(SplitShares(train=0.88, test=0.1))(IDS)
    moved = {(old, new) for old, new in zip(before, after, strict=True) if old != new}
    assert moved == {("train", "test")}


@pytest.mark.parametrize(
    ("shares", "empty"), [((1, 0, 0), "validation"), ((0, 0, 1), "train"), ((0, 1, 0), "test")]
)
def test_a_split_may_have_nothing(shares: tuple[float, ...], empty: str) -> None:
    found = splitter(SplitShares(**dict(zip(SPLITS, shares, strict=True))))(IDS)
    assert empty not in set(found)
    assert len(set(found)) == 1


def test_shares_add_up_to_one() -> None:
    assert Config().release.splits == SplitShares(train=0.96, validation=0.02, test=0.02)
    with pytest.raises(ValidationError, match="must add up to 1"):
        SplitShares(train=0.96, test=0.1)
