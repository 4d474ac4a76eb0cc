"""What a title and a first sentence say a document is about."""

import pytest

from webscale_rl_dagster.writing.topic import find_topic


@pytest.mark.parametrize(
    ("title", "name", "label"),
    [
        ("Aldermoor (town)", "Aldermoor", "Aldermoor"),
        ("Iceland: country profile", "Iceland", "Iceland"),
        ("Chess: the castling rule", "Chess", "Chess, the castling rule"),
        ("A Brief History of Aldermoor", "Aldermoor", "Aldermoor"),
        ("An Introduction to Knots", "Knots", "Knots"),
        ("Sorting HOWTO", "Sorting", "Sorting"),
        ("General Knots FAQ", "Knots", "Knots"),
        ("Product page: Trail 45", "Trail 45", "Trail 45"),
        ("History of Aldermoor", "History of Aldermoor", "History of Aldermoor"),
    ],
)
def test_a_title_is_read_without_the_kind_of_document(title: str, name: str, label: str) -> None:
    topic = find_topic("", title)
    assert (topic.name, topic.label) == (name, label)


def test_a_person_without_dates_is_known_by_the_pronoun() -> None:
    lead = "Ada Byron was an English mathematician. "
    assert find_topic(lead + "She wrote the first program.", "Ada Byron").is_person
    assert not find_topic(lead + "It was long ago.", "Ada Byron").is_person


def test_only_a_sentence_about_the_topic_says_its_kind() -> None:
    assert find_topic("Orta is a deep lake in Italy.", "Orta").kind == "lake"
    assert find_topic("Orta was an ancient and medieval town in Italy.", "Orta").kind == "town"
    assert find_topic("Novara is an old town in Italy.", "Orta").kind == ""


def test_an_acronym_is_not_a_word() -> None:
    topic = find_topic("WHO is an agency.", "WHO")
    assert topic.mention("The doctor who came was late.") is None
    assert topic.mention("The WHO came late.") is not None
