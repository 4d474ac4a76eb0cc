"""TRL: a reward function over a batch; the dataset's columns come as keyword arguments."""

from collections.abc import Mapping, Sequence
from typing import Any

from .gold import Gold
from .replies import reply


def answer_reward(
    completions: Sequence[str | Sequence[Mapping[str, Any]]],
    answer: Sequence[str],
    answer_type: Sequence[str],
    answer_aliases: Sequence[Sequence[str] | None],
    question: Sequence[str],
    **columns: Any,
) -> list[float]:
    """A reward per completion, plain or conversational; none is opted out of."""
    return [
        Gold.of(
            {"answer": gold, "answer_type": kind, "answer_aliases": aliases, "question": asked}
        ).score(reply(completion))
        for completion, gold, kind, aliases, asked in zip(
            completions, answer, answer_type, answer_aliases, question, strict=True
        )
    ]
