from __future__ import annotations

import polars as pl
import pytest

from webscale_rl_dagster.config import BalanceConfig
from webscale_rl_dagster.errors import ReleaseError
from webscale_rl_dagster.releases.balance import difficulty, over_shares


def pairs(**sizes: int) -> pl.DataFrame:
    domains = [domain for domain, size in sizes.items() for _ in range(size)]
    return pl.DataFrame(
        {
            "qa_id": [f"pair {number}" for number in range(len(domains))],
            "domain": domains,
            "answer_type": ["number" if n % 4 else "date" for n in range(len(domains))],
            "closed_book_rate": [None if n % 2 else n % 3 / 4 for n in range(len(domains))],
        },
        schema_overrides={"closed_book_rate": pl.Float64},
    ).with_columns(difficulty())


def left(frame: pl.DataFrame, balance: BalanceConfig) -> pl.DataFrame:
    drops = over_shares(frame, balance)
    return frame.filter(~pl.col("qa_id").is_in(list(drops)))


def test_without_caps_all_stay() -> None:
    assert over_shares(pairs(law=90, art=10), BalanceConfig()) == {}


def test_a_cap_is_a_share_of_what_is_left_and_takes_no_more_than_it_must() -> None:
    frame = pairs(law=80, art=15, music=25)
    kept = left(frame, BalanceConfig(domain=0.5))
    assert dict(kept["domain"].value_counts().iter_rows()) == {"law": 40, "art": 15, "music": 25}
    assert set(over_shares(frame, BalanceConfig(domain=0.5)).values()) == {"over_share_domain"}


def test_several_caps_hold_at_once() -> None:
    balance = BalanceConfig(domain=0.4, answer_type=0.6, difficulty=0.3)
    kept = left(pairs(law=200, art=60, music=70), balance)
    assert kept.height > 80
    for kind, share in balance.model_dump().items():
        most = kept[kind].drop_nulls().value_counts()["count"].max()
        assert most <= share * kept.height, kind


def test_those_that_were_not_probed_are_of_no_difficulty() -> None:
    frame = pairs(law=30).with_columns(difficulty=pl.lit(None, pl.String))
    assert over_shares(frame, BalanceConfig(difficulty=0.1)) == {}


def test_who_goes_does_not_depend_on_the_order() -> None:
    frame, balance = pairs(law=50, art=10), BalanceConfig(domain=0.5)
    assert over_shares(frame, balance) == over_shares(frame.reverse(), balance)


def test_most_that_stay_in_a_larger_dataset_stayed_in_the_smaller() -> None:
    large, balance = pairs(law=200, art=50), BalanceConfig(domain=0.5)
    small = large.filter((pl.col("domain") == "art") | (pl.int_range(pl.len()) % 2 == 0))
    shared = set(small["qa_id"]) & set(left(large, balance)["qa_id"])
    assert shared <= set(left(small, balance)["qa_id"])


def test_what_cannot_be_balanced_says_so() -> None:
    with pytest.raises(ReleaseError, match="at most 0.3 of any domain: there are pairs of 2 only"):
        over_shares(pairs(law=50, art=50), BalanceConfig(domain=0.3))


def test_bands_of_difficulty() -> None:
    rates = pl.DataFrame({"closed_book_rate": [None, 0.0, 0.25, 0.5, 0.75, 1.0]})
    expected = [None, "never", "up to half", "up to half", "more than half", "more than half"]
    assert rates.select(difficulty())["difficulty"].to_list() == expected
