"""SkyRL: the reward of a single-turn environment, whose extras are the dataset's other columns."""

from collections.abc import Mapping
from typing import Any

from .gold import Gold


def gold_of(extras: Mapping[str, Any]) -> Gold:
    """The pair that an environment is made for; KeyError where the export's columns are missing."""
    return Gold.of({**extras, "answer": extras["reward_spec"]["ground_truth"]})
