"""The suite itself: enough cases, evenly spread, labelled by rule, a fifth of them held back."""

from collections import Counter

import pytest

from benchmarks.quality import Case, is_held_back, lines, load
from webscale_rl_dagster.prompts.schemas import DOMAINS
from webscale_rl_dagster.verification.rules import RULES


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return load()


def test_size_and_spread(cases: list[Case]) -> None:
    sound = Counter(case.domain for case in cases if not case.defects)
    broken = Counter(case.domain for case in cases if case.defects)
    assert len(cases) >= 400
    assert sound.total() >= 150
    assert set(sound) == set(broken) == set(DOMAINS)
    assert min(sound.values()) >= 20
    assert min(broken.values()) >= 40


@pytest.mark.parametrize("token", RULES)
def test_every_rule_has_a_dozen_cases(cases: list[Case], token: str) -> None:
    assert sum(token in case.defects for case in cases) >= 12


def test_labels_are_rules_and_notes_are_given(cases: list[Case]) -> None:
    for case in cases:
        assert case.defects | case.also <= set(RULES)
        assert not case.defects & case.also
        assert case.note


def test_a_fifth_is_held_back_by_hash(cases: list[Case]) -> None:
    for case in cases:
        assert case.held_back is is_held_back(case.candidate.question, case.candidate.answer)
    assert 0.17 <= sum(case.held_back for case in cases) / len(cases) <= 0.23


def test_no_pair_twice_and_no_document_idle(cases: list[Case]) -> None:
    pairs = Counter((case.candidate.question, case.candidate.answer) for case in cases)
    assert pairs.most_common(1)[0][1] == 1
    assert {row["id"] for row in lines("documents.jsonl")} == {
        row["document"] for row in lines("cases.jsonl")
    }
