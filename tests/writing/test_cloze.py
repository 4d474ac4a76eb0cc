"""Clozes: which sentences make a fair question, and how the question reads."""

import pytest

from webscale_rl_dagster.writing.cloze import cloze_question
from webscale_rl_dagster.writing.sentences import split_sentences
from webscale_rl_dagster.writing.spans import AnswerSpan, SpanKind
from webscale_rl_dagster.writing.topic import find_topic

LEAD = "Lake Orta is a lake in northern Italy. "


def cloze(sentence: str, answer: str, kind: SpanKind, *, title: str = "Lake Orta") -> str | None:
    text = LEAD + sentence
    start = text.index(answer, len(LEAD))
    inside = next(s for s in split_sentences(text) if s.start <= start < s.end)
    span = AnswerSpan(answer, start, start + len(answer), kind, (inside.start, inside.end))
    return cloze_question(text, span, topic=find_topic(text, title))


@pytest.mark.parametrize(
    ("sentence", "answer", "kind", "question"),
    [
        (
            "A road around Lake Orta was finished by the province in 1911.",
            "1911",
            "date",
            "Fill in the blank with a year: "
            "A road around Lake Orta was finished by the province in ____.",
        ),
        (
            "The road around the water was finished on 3 May 1911 by the province.",
            "3 May 1911",
            "date",
            "Fill in the blank with a date (day, month and year) (topic: Lake Orta): "
            "The road around the water was finished on ____ by the province.",
        ),
        (
            "It is 13 kilometres (8 mi) long and reaches deep into the valley.",
            "13 kilometres",
            "unit",
            "Fill in the blank with a quantity in kilometres: "
            "Lake Orta is ____ long and reaches deep into the valley.",
        ),
        (
            "However, the lake was named after Saint Julius, who lived on an island.",
            "Saint Julius",
            "entity",
            "Fill in the blank with a name: "
            "Lake Orta was named after ____, who lived on an island.",
        ),
        (
            "The layer in which the temperature falls fastest is called a thermocline.",
            "thermocline",
            "term",
            "Fill in the blank (topic: Lake Orta): "
            "The layer in which the temperature falls fastest is called a(n) ____.",
        ),
        (
            "Industrial waste killed nearly 80% of the fish within two years.",
            "80%",
            "unit",
            "Fill in the blank with a percentage (topic: Lake Orta): "
            "Industrial waste killed nearly ____ of the fish within two years.",
        ),
    ],
)
def test_a_fair_sentence_becomes_a_question(
    sentence: str, answer: str, kind: SpanKind, question: str
) -> None:
    assert cloze(sentence, answer, kind) == question


@pytest.mark.parametrize(
    ("sentence", "answer", "kind"),
    [
        ("These were all rebuilt by the town council in 1911.", "1911", "date"),
        ("Then they were rebuilt by the town council in 1911.", "1911", "date"),
        ("The town council currently maintains a road built in 1911.", "1911", "date"),
        ("It was thought that the road around it was built in 1911.", "1911", "date"),
        ("It was 1911.", "1911", "date"),
        ("The road of 1911 was widened by the town council in 1911.", "1911", "date"),
        ("The town near the water has a large market with shops in Omegna.", "Omegna", "entity"),
        ("The shore road has bends (it was built in 1911) and many tunnels.", "1911", "date"),
        ("In the town, he built a large house beside the water in 1911.", "1911", "date"),
        ("This followed a treaty between the two towns signed in 1911.", "1911", "date"),
    ],
)
def test_a_sentence_that_would_not_stand_alone_is_refused(
    sentence: str, answer: str, kind: SpanKind
) -> None:
    assert cloze(sentence, answer, kind) is None


def test_a_topic_is_asked_for_by_its_definition() -> None:
    text = "Pediatrics (also paediatrics) is the branch of medicine that cares for children."
    span = AnswerSpan("Pediatrics", 0, 10, "term", (0, len(text)))
    assert cloze_question(text, span, topic=find_topic(text, "Pediatrics")) == (
        "Fill in the blank: ____ is the branch of medicine that cares for children."
    )


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Volcano", "Volcano is the place where volcanic ash leaves the crust of a planet."),
        ("Omegna", "Omegna is a town in Italy with a large market."),
        ("Basalt", "Basalt is a hard rock."),
    ],
)
def test_a_definition_that_fits_many_things_or_says_the_answer_is_refused(
    title: str, text: str
) -> None:
    span = AnswerSpan(title, 0, len(title), "term", (0, len(text)))
    assert cloze_question(text, span, topic=find_topic(text, title)) is None


def test_he_means_the_person_only_where_the_run_of_subjects_is_unbroken() -> None:
    lead = "Ada Byron (born 1815) was an English mathematician. "
    said = "She published the first program for the Analytical Engine in 1843."

    def ask(text: str) -> str | None:
        start = text.index("1843")
        sentence = (text.index("She"), len(text))
        span = AnswerSpan("1843", start, start + 4, "date", sentence)
        return cloze_question(text, span, topic=find_topic(text, "Ada Byron"))

    asked = "Fill in the blank with a year: Ada Byron published the first program"
    assert (ask(lead + said) or "").startswith(asked)
    assert ask(lead + "Mary Somerville was her tutor for some years. " + said) is None


def test_a_later_windows_first_sentence_defines_nothing() -> None:
    topic = find_topic("Orta is a lake in northern Italy. " * 3, "Orta")
    text = "The old abbey is a small hotel. The hotel was finished by the monks in 1911."
    start = text.index("1911")
    span = AnswerSpan("1911", start, start + 4, "date", (text.index("The hotel"), len(text)))
    astray = "Orta was finished by the monks in ____."
    assert astray in (cloze_question(text, span, topic=find_topic(text, "Orta")) or "")
    assert astray not in (cloze_question(text, span, topic=topic) or "")
