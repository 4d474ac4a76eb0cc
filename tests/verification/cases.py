"""A sound candidate to vary one thing of at a time."""

from dataclasses import replace

from webscale_rl_dagster.verification.candidate import Candidate
from webscale_rl_dagster.verification.rules import RULES, judge

SOUND = Candidate(
    question="Which organelle produces most of the ATP in animal cells?",
    answer="mitochondria",
    document="In animal cells most of the ATP is produced by mitochondria, an organelle.",
)


def fails(token: str, question: str = "", answer: str = "", style: str = "open") -> bool:
    """Whether one rule finds its defect, and `judge` agrees."""
    candidate = replace(
        SOUND, question=question or SOUND.question, answer=answer or SOUND.answer, style=style
    )
    found = RULES[token](candidate)
    assert (token in judge(candidate).failed) is found
    return found
