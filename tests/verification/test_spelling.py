"""One word on both sides of the Atlantic."""

import pytest

from webscale_rl_dagster.verification.candidate import Candidate
from webscale_rl_dagster.verification.grounding import not_grounded
from webscale_rl_dagster.verification.spelling import respelled


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("haemocyanin", "hemocyanin"),
        ("organisation", "organization"),
        ("colour", "color"),
        ("centre", "center"),
        ("analysed", "analyzed"),
        ("travelled", "traveled"),
        ("programme", "program"),
        ("sulphuric", "sulfuric"),
        ("catalogue", "catalog"),
        ("co-operation", "cooperation"),
    ],
)
def test_pairs(british: str, american: str) -> None:
    assert respelled(british) == respelled(american)


def test_other_words_stay_apart() -> None:
    words = "four for poet pet raise raze wise size does des tour tor".split()
    assert len({respelled(word) for word in words}) == len(words)


@pytest.mark.parametrize(
    ("answer", "document"),
    [
        ("Organization for Economic Cooperation", "The Organisation for Economic Co-operation is"),
        ("6th January 1907", "It opened on 6 January 1907 in Rome."),
        ("90 percent", "Yet nine in ten of them tolerate it."),
        ("45 newton metres", "Tighten it to 45 N·m."),
    ],
)
def test_other_forms_are_found(answer: str, document: str) -> None:
    assert not not_grounded(Candidate("What is it?", answer, document))


@pytest.mark.parametrize(
    ("answer", "document"),
    [
        ("7 January 1907", "It opened on 6 January 1907 in Rome."),
        ("80 percent", "Yet nine in ten of them tolerate it."),
        ("Organization of Economic Cooperation", "The Organisation for Economic Co-operation is"),
    ],
)
def test_other_things_are_not(answer: str, document: str) -> None:
    assert not_grounded(Candidate("What is it?", answer, document))
