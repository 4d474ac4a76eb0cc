"""When a shared passage is contamination."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from webscale_rl_dagster.decontamination.lookup import Lookup
from webscale_rl_dagster.decontamination.matching import Passages

ProfileName = Literal["default", "paper"]

COVERAGE = 0.3
"""Share of an entry, its words weighed by rarity, that a text must hold."""

FEWEST_WORDS = 10
"""And so many of its words; all of them of an entry that has fewer."""

PAPER_RUN = 13
"""Words in a row that are contamination to the `paper` profile, whatever the score."""

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Profile:
    """A rule over passages, and whether short questions are looked for as well."""

    confirms: Callable[[Passages, Lookup], npt.NDArray[np.bool_]]
    short_questions: bool


def scores(passages: Passages, lookup: Lookup) -> Scores:
    """The share of each passage's entry that it holds, from 0 to 1."""
    weight = lookup.entries["weight"][passages.entry]
    share: Scores = np.zeros(len(weight))
    np.divide(passages.weight, weight, out=share, where=weight > 0)
    return share.clip(0.0, 1.0)


def _by_coverage(passages: Passages, lookup: Lookup) -> npt.NDArray[np.bool_]:
    words: npt.NDArray[Any] = lookup.entries["words"][passages.entry]
    enough: npt.NDArray[np.bool_] = passages.covered >= np.minimum(words, FEWEST_WORDS)
    return enough & (scores(passages, lookup) >= COVERAGE)


def _by_run(passages: Passages, lookup: Lookup) -> npt.NDArray[np.bool_]:
    return passages.run >= PAPER_RUN


PROFILES: Mapping[ProfileName, Profile] = {
    "default": Profile(_by_coverage, short_questions=True),
    "paper": Profile(_by_run, short_questions=False),
}
