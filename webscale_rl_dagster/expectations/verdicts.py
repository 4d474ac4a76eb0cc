"""What a row's profile makes of its verdicts, as expressions over `profile` and `verdicts`."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from webscale_rl_dagster.schemas import BROKEN, PASSED, VERDICTS
from webscale_rl_dagster.verification.profiles import PROFILES
from webscale_rl_dagster.verification.rules import RULES

CERTAIN = (*RULES, "verifier_unsound")
"""Those that every row owes, whatever becomes of it."""

MODEL = ("model_answer_incorrect", "model_answer_leaked", "model_not_self_contained")
"""Those that a row owes once a model has answered for it."""

AFTER_MODEL = ("open_book_unsolved", "closed_book_solved", "not_unique", "near_duplicate")
"""Those that are asked only once the model's have passed."""


def given(names: Iterable[str]) -> pl.Expr:
    """Whether each of these verdicts is one of the two words."""
    return pl.all_horizontal(
        _verdict(name).is_in([PASSED, BROKEN]).fill_null(False) for name in names
    )


def accepting() -> pl.Expr:
    """Whether all that the row's profile requires has passed; false for an unknown profile.

    Contamination alone need not be asked: of a row that was cleaned against nothing.
    """
    uncleaned = pl.col("decontaminated_against").list.len().fill_null(0) == 0
    clean = _verdict("contaminated").fill_null("") == PASSED
    conjunctions = (
        pl.all_horizontal(
            pl.col("profile").fill_null("") == profile,
            clean | (uncleaned & _verdict("contaminated").is_null()),
            *(
                (_verdict(name) == PASSED).fill_null(False)
                for name in required
                if name != "contaminated"
            ),
        )
        for profile, required in PROFILES.items()
    )
    return pl.any_horizontal(conjunctions)


def explained() -> pl.Expr:
    """Whether a row that was dropped for a defect has that defect; others are no matter here."""
    blamed = (
        (pl.col("reason").fill_null("") == name) & ~(_verdict(name) == BROKEN).fill_null(False)
        for name in VERDICTS
    )
    return ~pl.any_horizontal(blamed)


def _verdict(name: str) -> pl.Expr:
    return pl.col("verdicts").struct.field(name)
