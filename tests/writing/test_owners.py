"""Whether "the genome" says whose."""

import pytest

from webscale_rl_dagster.writing.owners import has_owner
from webscale_rl_dagster.writing.topic import find_topic

TOWN = find_topic("Aldermoor is a market town in the west of England.", "Aldermoor")


@pytest.mark.parametrize(
    "text",
    [
        "The town was founded in ____.",
        "The city was taken by the Danes in ____.",
        "The council of Aldermoor was founded in ____.",
        "The motion was lost, and Aldermoor kept its gates until ____.",
        "The layer in which it grows is called a(n) ____.",
        "The largest buyers in 1911 were millers with ____.",
        "The energy contained in a sound is measured in ____.",
        "In ____ the Danes took the old mill.",
        "A miller named Tom Oak sold the mill in ____.",
    ],
)
def test_the_sentence_or_the_topic_names_the_owner(text: str) -> None:
    assert has_owner(text, TOWN)


@pytest.mark.parametrize(
    "text",
    [
        "The full genome, published in ____, suggests slow change.",
        "The caller may choose among ____ rules.",
        "The team completed the journey to the pole in ____.",
        "Travelling in a car with six wheels, the team took ____.",
        "In 1911, the committee raised ____.",
        "A major company signed a contract with the crown in ____.",
    ],
)
def test_nothing_says_whose(text: str) -> None:
    assert not has_owner(text, TOWN)
