"""`release`: what a release takes of the published pairs."""

from __future__ import annotations

import math

from pydantic import model_validator

from webscale_rl_dagster.config.fields import PositiveShare, Section, Share


class SplitShares(Section):
    """The share of documents that go to each split of a release; they add up to 1."""

    train: Share = 0.96
    validation: Share = 0.02
    test: Share = 0.02

    @model_validator(mode="after")
    def _whole(self) -> SplitShares:
        if not math.isclose(self.train + self.validation + self.test, 1):
            raise ValueError("train, validation and test must add up to 1")
        return self


class BalanceConfig(Section):
    """The greatest share of a release's pairs that any one of a kind may have; None: any."""

    domain: PositiveShare | None = None
    answer_type: PositiveShare | None = None
    difficulty: PositiveShare | None = None
    """By how often the prober was right without the document: never, up to half, more. Pairs that
    were not probed are of no difficulty and never left out for it."""


class ReleaseConfig(Section):
    """What a release takes of the published pairs, and how it is split."""

    splits: SplitShares = SplitShares()
    balance: BalanceConfig = BalanceConfig()
