"""Which verdicts a pair must have passed to be accepted, by the profile that is configured."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from webscale_rl_dagster.config import VerificationProfile
from webscale_rl_dagster.schemas import BROKEN, PASSED, VERDICTS

Verdicts = Mapping[str, str | None]
"""By names of `schemas.VERDICTS`: PASSED, BROKEN, or None where it was not asked."""

PAPER = frozenset(
    (
        "answer_empty",
        "contaminated",
        "verifier_unsound",
        "model_answer_incorrect",
        "model_answer_leaked",
        "model_not_self_contained",
    )
)
"""The paper's check and its decontamination, of pairs that can be scored at all."""

PROBES = frozenset(("open_book_unsolved", "closed_book_solved", "not_unique"))

PROFILES: Mapping[VerificationProfile, frozenset[str]] = MappingProxyType(
    {
        "paper": PAPER,
        "default": frozenset(VERDICTS) - PROBES,
        "strict": frozenset(VERDICTS),
    }
)


def first_broken(verdicts: Verdicts, profile: VerificationProfile) -> str | None:
    """The first defect, in the order of judging, that the profile does not put up with."""
    required = PROFILES[profile]
    return next(
        (name for name in VERDICTS if name in required and verdicts.get(name) == BROKEN), None
    )


def verdict(broken: bool) -> str:
    """The word for what was found."""
    return BROKEN if broken else PASSED
