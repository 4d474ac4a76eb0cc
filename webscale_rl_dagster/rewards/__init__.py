"""Rewards: one scoring core for the pipeline's typed verifiers and the trainers' reward functions.

Imports nothing heavy: neither Dagster nor polars, and the computer algebra only when it is asked.
"""

from .adversarial import adversarial_responses, bombs
from .scoring import decide, score
from .strictness import AnswerType, Judge, Strictness
from .verifiers import accepts_itself, falls_for, mistakes, rejects_adversarial

__all__ = [
    "AnswerType",
    "Judge",
    "Strictness",
    "accepts_itself",
    "adversarial_responses",
    "bombs",
    "decide",
    "falls_for",
    "mistakes",
    "rejects_adversarial",
    "score",
]
