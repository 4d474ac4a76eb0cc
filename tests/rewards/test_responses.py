"""Agreement with responses labelled by hand, a sixth of which the rules were not tuned on.

A response is right if a reader with the question takes its final answer for the gold. One that is
less exact than the gold, offers a choice, doubts or denies is wrong.
"""

import json
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from webscale_rl_dagster.rewards import AnswerType, score

CASES = [
    json.loads(line)
    for line in Path(__file__).with_name("responses.jsonl").read_text(encoding="utf-8").splitlines()
]


def misses(cases: list[dict]) -> list[dict]:
    return [
        case
        for case in cases
        if case["label"]
        != score(
            case["response"],
            case["gold"],
            answer_type=case["answer_type"],
            aliases=case["aliases"],
            question=case["question"],
        )
    ]


def test_the_cases_are_balanced() -> None:
    assert len(CASES) >= 300
    assert {case["answer_type"] for case in CASES} == set(get_args(AnswerType))
    held_back = sum(case["held_back"] for case in CASES)
    assert 0.15 < held_back / len(CASES) < 0.25
    labels = Counter(case["label"] for case in CASES)
    assert min(labels.values()) > 0.35 * len(CASES)
    assert len({json.dumps(case, sort_keys=True) for case in CASES}) == len(CASES)


@pytest.mark.parametrize("held_back", [False, True])
def test_agreement(held_back: bool) -> None:
    cases = [case for case in CASES if case["held_back"] is held_back]
    assert len(misses(cases)) <= 0.03 * len(cases)


def test_no_wrong_response_is_rewarded() -> None:
    """What a policy would learn from; a right one that is missed only costs a sample."""
    assert [case for case in misses(CASES) if not case["label"] and not case["held_back"]] == []
