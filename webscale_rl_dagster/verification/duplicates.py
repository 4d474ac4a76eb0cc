"""Questions of one document that ask the same thing twice."""

from collections.abc import Sequence

from webscale_rl_dagster.rewards.normalise import normalise

SAME_WORDING = 0.8
"""Token Jaccard from which two questions with one answer are one question."""


def duplicate_questions(questions: Sequence[str], answers: Sequence[str]) -> list[bool]:
    """Whether each question repeats an earlier one; the first of its kind is kept.

    Only a kept question makes a later one a duplicate, so that a chain of small changes cannot
    drop a question that resembles nothing that stays.
    """
    seen: set[str] = set()
    kept: dict[str, list[frozenset[str]]] = {}
    verdicts: list[bool] = []
    for question, answer in zip(questions, answers, strict=True):
        wording = normalise(question)
        words = frozenset(wording.split())
        siblings = kept.setdefault(normalise(answer), [])
        duplicate = wording in seen or any(_alike(words, other) for other in siblings)
        verdicts.append(duplicate)
        if not duplicate:
            seen.add(wording)
            siblings.append(words)
    return verdicts


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= SAME_WORDING * len(one | other)
