"""What a response is scored by, under the names that a release's columns have."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webscale_rl_dagster.rewards import AnswerType, score


@dataclass(frozen=True, slots=True)
class Gold:
    """One pair's answer, and what scoring wants to know about it."""

    answer: str
    answer_type: AnswerType
    aliases: tuple[str, ...]
    question: str

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> "Gold":
        """From `answer`, `answer_type`, `answer_aliases` and `question`; other keys do not matter.

        KeyError for a missing one: a reward that is always 0 would be found out much later.
        """
        aliases = fields["answer_aliases"]
        return cls(
            fields["answer"],
            fields["answer_type"],
            () if aliases is None else tuple(aliases),
            fields["question"],
        )

    @classmethod
    def read(cls, label: str) -> "Gold":
        """From the JSON text that a label column holds; ValueError for any other label."""
        try:
            fields = json.loads(label)
        except (TypeError, ValueError):
            fields = None
        if not isinstance(fields, dict):
            raise ValueError(f"no label of a webscale-rl export: {str(label)[:80]!r}")
        return cls.of(fields)

    def score(self, response: str) -> float:
        """1.0 if the response's final answer is right, else 0.0."""
        return score(
            response,
            self.answer,
            answer_type=self.answer_type,
            aliases=self.aliases,
            question=self.question,
        )
