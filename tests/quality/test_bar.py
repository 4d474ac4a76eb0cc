"""The bar that every rule is held to, on the part of the suite that it may be tuned on."""

import pytest

from benchmarks.quality import Case, flags, load, refused, score
from webscale_rl_dagster.verification.rules import RULES, judge

RECALL = 0.95
PRECISION = 0.98
WRONGLY_REFUSED = 0.03

Judged = list[tuple[Case, frozenset[str]]]


@pytest.fixture(scope="module")
def judged() -> Judged:
    return flags(case for case in load() if not case.held_back)


@pytest.mark.parametrize("token", RULES)
def test_recall_and_precision(judged: Judged, token: str) -> None:
    result = score(token, judged)
    assert result.recall >= RECALL
    assert result.precision >= PRECISION


def test_sound_pairs_pass(judged: Judged) -> None:
    wrongly, sound = refused(judged)
    assert wrongly <= WRONGLY_REFUSED * sound


def test_a_sound_pair_has_its_evidence() -> None:
    for case in load():
        if case.defects or case.held_back:
            continue
        verdicts = judge(case.candidate)
        assert verdicts.evidence is not None
        start, end = verdicts.evidence
        held = case.candidate.document[start:end]
        assert held
        if verdicts.evidence_kind == "exact":
            assert held in (case.candidate.answer.strip(), *case.candidate.aliases)
