"""Which definitions fit one thing only."""

import pytest

from webscale_rl_dagster.writing.defining import identifies


@pytest.mark.parametrize(
    "said",
    [
        "is the branch of medicine that cares for children and adolescents.",
        "is a chain, cluster, or collection of islands, or sometimes a sea with a few islands.",
        "is a standard that aims to give each character of every language a number of its own.",
        "is a laboratory in central Arizona, built since 1970 by the architect Paolo Soleri.",
    ],
)
def test_what_says_what_the_thing_is_identifies_it(said: str) -> None:
    assert identifies(said)


@pytest.mark.parametrize(
    "said",
    [
        "is a hard rock.",
        "is a common rock, made of chalcedony and quartz as its main parts, with many colours.",
        "is a test commonly performed by doctors of many specialities, including surgeons "
        "and dentists and all who look after the sick.",
        "is a round bacterium, a member of the Bacillota, and is a usual guest of the body, found "
        "on the skin and in the nose.",
        "is a town in northern Italy with a large market that opens on Fridays.",
        "lives in the north of Italy and in the south of France since the ice age.",
    ],
)
def test_what_says_how_it_is_like_others_does_not(said: str) -> None:
    assert not identifies(said)


def test_a_person_is_told_by_more_than_nation_and_work() -> None:
    said = "was a German scientist who made major contributions to the theory of chemistry."
    assert not identifies(said, is_person=True)
    work = "was the Austrian physicist who shared the Nobel Prize with Paul Dirac in 1933."
    assert identifies(work, is_person=True)
