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
    text = "Orta is a small hotel. The hotel was finished by the monks in 1911."
    start = text.index("1911")
    span = AnswerSpan("1911", start, start + 4, "date", (text.index("The hotel"), len(text)))
    astray = "Orta was finished by the monks in ____."
    assert astray in (cloze_question(text, span, topic=find_topic(text, "Orta")) or "")
    assert astray not in (cloze_question(text, span, topic=topic) or "")


@pytest.mark.parametrize(
    ("sentence", "answer", "kind"),
    [
        ("The monks lost the abbey, which they made it in 1911.", "1911", "date"),
        ("The first two were rebuilt by the town council in 1911.", "1911", "date"),
        ("Over the next quarter century 20% of the people emigrated.", "20%", "unit"),
        ("Opening hours: the villa was opened by the council in 1911.", "1911", "date"),
        ("The full survey, published by the council in 1911, counts the wells.", "1911", "date"),
        ("A large shipping company sold its last steamer on the lake in 1911.", "1911", "date"),
        ("The villages around the water have 20 churches with old frescoes.", "20", "number"),
        ("For example, a boat on the lake was rented for 20 euros.", "20", "number"),
    ],
)
def test_a_sentence_that_says_too_little_is_refused(
    sentence: str, answer: str, kind: SpanKind
) -> None:
    assert cloze(sentence, answer, kind) is None


@pytest.mark.parametrize(
    ("sentence", "answer", "kind", "question"),
    [
        (
            "When an entire lake is stirred by wind, the event is called a turnover.",
            "turnover",
            "term",
            "When an entire lake is stirred by wind, the event is called a(n) ____.",
        ),
        (
            "Lake Orta, also known as Cusio, was named after Saint Julius of Novara.",
            "Saint Julius of Novara",
            "entity",
            "Lake Orta, also known as Cusio, was named after ____.",
        ),
        (
            "When Napoleon crossed the Alps in 1800, the lake was ruled by bishops.",
            "1800",
            "date",
            "When Napoleon crossed the Alps in ____, the lake was ruled by bishops.",
        ),
        (
            "Fish that live near the ground are called benthic, or just demersal.",
            "benthic",
            "term",
            "Fish that live near the ground are called ____.",
        ),
        (
            "As a former part of the bishopric, it was ruled from Novara until 1767.",
            "1767",
            "date",
            "As a former part of the bishopric, Lake Orta was ruled from Novara until ____.",
        ),
    ],
)
def test_what_a_sentence_explains_itself_is_no_reason_to_refuse_it(
    sentence: str, answer: str, kind: SpanKind, question: str
) -> None:
    assert (cloze(sentence, answer, kind) or "").endswith(": " + question)


def test_a_sentence_is_not_cut_before_what_takes_it_back() -> None:
    said = (
        "The castle above the western shore of the water was built by the emperor Otto in 962, "
        "as all the guides who lead visitors through its many rooms and halls tell them, "
        "though historians of the region call the story a mistake."
    )
    assert "mistake" in (cloze(said, "Otto", "entity") or "mistake")


def test_the_word_for_the_topic_is_named() -> None:
    text = (
        "Limnology is the study of lakes. The term was coined in 1892 by the Swiss scholar Forel."
    )
    start = text.index("1892")
    span = AnswerSpan("1892", start, start + 4, "date", (text.index("The term"), len(text)))
    assert cloze_question(text, span, topic=find_topic(text, "Limnology")) == (
        'Fill in the blank with a year: The term "Limnology" was coined in ____ '
        "by the Swiss scholar Forel."
    )


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        ("44 BC", "a year"),
        ("AD 301", "a year"),
        ("July 633", "a month and year"),
        ("July 2nd 2001", "a date (day, month and year)"),
        ("2nd July 2001", "a date (day, month and year)"),
    ],
)
def test_the_hint_names_the_form_of_a_date(answer: str, hint: str) -> None:
    asked = cloze(f"The abbey on the island was sold by the bishop on {answer}.", answer, "date")
    assert (asked or "").startswith(f"Fill in the blank with {hint} (topic: Lake Orta): ")
