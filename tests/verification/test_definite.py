"""`The stone` of a document about the Rosetta Stone, and the stones that need no document."""

import pytest

from webscale_rl_dagster.verification.candidate import Candidate
from webscale_rl_dagster.verification.references import unresolved_reference

STONE = (
    "The Rosetta Stone is a slab with a decree of 196 BC. French soldiers found it near Rashid. The"
    " stone weighs about 760 kilograms. The Calvin cycle runs in the stroma. A boy carried it."
)


def judged(question: str, *, title: str = "Rosetta Stone", style: str = "open") -> bool:
    return unresolved_reference(Candidate(question, "x", STONE, title, style=style))


@pytest.mark.parametrize(
    "question",
    [
        "Where did French soldiers find the stone in July 1799?",
        "How heavy is the stone?",
        "In which year was the decree issued by priests?",
        "Where did the boy carry what he had found?",
        "When did the manufacturer announce its plans?",
        "What was the maximum weight in kilograms?",
        "How many did Emirates order before 2019?",
        "How old was Louis Braille when he devised it?",
        "With what did Hippolyte Fizeau measure it in 1849?",
        "What percentage did France receive?",
    ],
)
def test_a_phrase_that_the_document_resolves_is_refused(question: str) -> None:
    assert judged(question)


@pytest.mark.parametrize(
    "question",
    [
        "How heavy is the Rosetta Stone?",
        "How heavy is the stone that Pierre Bouchard found near Rashid?",
        "Which stone of 760 kilograms carries the decree of 196 BC?",
        "What is the speed of light in vacuum?",
        "In which year did the French Revolution begin?",
        "What is the largest planet in the Solar System?",
        "Which gas do plants take from the air?",
        "In which part of a chloroplast, the stroma or elsewhere, is carbon fixed?",
        "If a train leaves at noon, when does the train arrive?",
        "For how long did the boy king Tutankhamun rule?",
    ],
)
def test_a_phrase_that_tells_itself_is_kept(question: str) -> None:
    assert not judged(question)


@pytest.mark.parametrize(
    ("title", "noun"),
    [
        ("Programme for International Student Assessment", "programme"),
        ("Titan (film)", "film"),
        ("Marshall Plan", "plan"),
        ("Pascal's triangle", "triangle"),
    ],
)
def test_a_cut_title_is_no_name(title: str, noun: str) -> None:
    assert judged(f"Who spoke about the {noun} at Harvard University?", title=title)
    assert not judged(f"Who spoke about the {title} at Harvard University?", title=title)


@pytest.mark.parametrize(
    ("sentence", "leans"),
    [
        ("The stone weighs about ____ kilograms and is 112 cm high.", True),
        ("The wing spans ____ metres at a mass of 575 tonnes.", True),
        ("The probe landed there on ____ and sent data for an hour.", True),
        ("The United Kingdom received about a quarter, France ____ percent.", True),
        ("The Rosetta Stone weighs about ____ kilograms and is 112 cm high.", False),
        ("The speed of light in vacuum is exactly ____ metres per second.", False),
        ("The human heart beats some ____ times on a day at rest.", False),
        ("The central limit theorem says that means are about ____ in the end.", False),
    ],
)
def test_a_sentence_with_a_blank(sentence: str, leans: bool) -> None:
    assert judged(f"Fill in the blank: {sentence}", style="cloze") is leans


def test_a_topic_tells_whose_part_it_is_but_not_whose_whole() -> None:
    part = (
        "Fill in the blank with a number (topic: Airbus A380): The wing spans ____ metres in all."
    )
    whole = "Fill in the blank with a year (topic: Alligatoridae): The full genome, published in"
    assert not judged(part, style="cloze")
    assert judged(f"{whole} ____, suggests that it evolved slowly.", style="cloze")
