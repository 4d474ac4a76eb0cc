"""Counts and offices that were as they are said to be only when the document was written."""

import pytest

from webscale_rl_dagster.verification.candidate import Candidate
from webscale_rl_dagster.verification.self_contained import time_sensitive


@pytest.mark.parametrize(
    "question",
    [
        "How many airports does Antarctica have?",
        "How many countries belong to the Bologna Process?",
        "How many people live in Graz?",
        "Who is the chief executive of Norvik Instruments?",
        "Who leads the Programme for International Student Assessment?",
        "How much does a ticket for Livraria Lello cost?",
        "What is the population of Uruguay?",
        "What is the world's longest suspension bridge?",
    ],
)
def test_what_changes(question: str) -> None:
    assert time_sensitive(Candidate(question, "20", ""))


@pytest.mark.parametrize(
    "question",
    [
        "How many hearts does an octopus have?",
        "How many countries took part in PISA in 2022?",
        "How many satellites does a receiver need for a position?",
        "Who was the first president of the United States?",
        "Who is the author of the novel Emma?",
        "How much did the first Model T cost in 1908?",
        "What was the population of Uruguay in 2011?",
        "What is the world's longest river?",
    ],
)
def test_what_does_not(question: str) -> None:
    assert not time_sensitive(Candidate(question, "20", ""))


def test_a_count_in_a_blank() -> None:
    stale = "Fill in the blank: Antarctica has ____ airports, but no developed ones."
    fixed = "Fill in the blank: An adult has ____ teeth, but wears them out in its life."
    assert time_sensitive(Candidate(stale, "20", "", style="cloze"))
    assert not time_sensitive(Candidate(fixed, "80", "", style="cloze"))
