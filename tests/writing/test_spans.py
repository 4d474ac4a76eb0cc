"""Answer spans: what is chosen, what is left alone, and in which order."""

import pytest

from webscale_rl_dagster.writing.sentences import split_sentences
from webscale_rl_dagster.writing.spans import answer_spans
from webscale_rl_dagster.writing.topic import find_topic

BRIDGE = "Tay Bridge"
WRAPPED = "A paragraph of prose that is wrapped in the\nmiddle of its only sentence."


def spans(text: str, *, title: str = BRIDGE, limit: int = 9) -> list[tuple[str, str]]:
    return [
        (span.text, span.kind)
        for span in answer_spans(text, topic=find_topic(text, title), limit=limit)
    ]


@pytest.mark.parametrize(
    ("sentence", "span"),
    [
        ("A new bridge over the firth was opened to trains in 1887.", ("1887", "date")),
        ("A storm destroyed the bridge on 28 December 1879.", ("28 December 1879", "date")),
        ("The rebuilt bridge has a total length of 3,264 metres.", ("3,264 metres", "unit")),
        ("The bridge fell into the firth with 75 passengers on a train.", ("75", "number")),
        ("The whole bridge was designed by Thomas Bouch.", ("Thomas Bouch", "entity")),
        ("A bridge over a tidal inlet is called a viaduct.", ("viaduct", "term")),
        ("A bridge over a tidal inlet is called a firth bridge.", ("firth", "term")),
        (
            "Yeast is a facultative anaerobe, meaning that it can grow without air.",
            ("facultative anaerobe", "term"),
        ),
        ("The loudness of a sound is usually measured in decibels.", ("decibels", "term")),
        ("A step is said to be atomic if it happens at once or not at all.", ("atomic", "term")),
        ("The old town fell to the Danes in July 633, after a siege.", ("July 633", "date")),
        ("The old town was founded by the bishop in AD 301.", ("AD 301", "date")),
        ("The new town was founded by the bishop on July 2nd 2001.", ("July 2nd 2001", "date")),
        ("The old bridge was begun by the monks late in 762.", ("762", "date")),
        ("The stone bridge was built in the late 19th century.", ("19th century", "date")),
        ("The town was fortified by the ruler Shapur I to shield it.", ("Shapur I", "entity")),
        ("The work on the bridge was led by Professor Ann Lee for long.", ("Ann Lee", "entity")),
        (
            "The council gave the work to Ann Lee, a young engineer of great fame.",
            ("Ann Lee", "entity"),
        ),
        ("The rebuilding of the bridge cost £670,000.", ("£670,000", "unit")),
    ],
)
def test_an_answer_of_each_kind_is_found(sentence: str, span: tuple[str, str]) -> None:
    assert span in spans(sentence, title="Dundee")


@pytest.mark.parametrize(
    "sentence",
    [
        "It was opened to trains in 1887 after long delays.",
        "These were opened to trains in 1887 after long delays.",
        "- Opened to trains in 1887 after long delays.",
        "The crossing had more than 80 spans over the firth.",
        "The crossing was built from 1882 to 1887 in the east.",
        "The crossing was used by 10 to 20 trains in a day.",
        "The crossing had sales of greater than 80 pounds on a good day.",
        "The tolls of the crossing exceeded 80 pounds on a good day.",
        "Version 3 of the bridge plan was the cheapest of all.",
        "Trains cross the water by the Tay Bridge every few minutes.",
    ],
)
def test_vague_listed_or_dangling_answers_are_left_alone(sentence: str) -> None:
    assert spans(sentence) == []


def test_one_figure_of_a_sentence_is_enough() -> None:
    text = "The pier has 85 girders of iron and rests on 12 columns of stone."
    assert len(spans(text, title="Dundee")) == 1


def test_an_alias_is_anyones_guess() -> None:
    text = "The loudest hall, also known as the Roaring Vault, was built for the guild."
    assert all(kind not in ("term",) for _, kind in spans(text, title="Dundee"))


def test_a_term_with_a_second_name_in_brackets_is_left_alone() -> None:
    text = "Nerves that lead away from the brain are called motor nerves (efferent) in the books."
    assert spans(text, title="Dundee") == []


def test_a_name_after_a_conjunction_is_the_name_alone() -> None:
    text = "When Ann Lee founded the guild of the town, it had few members."
    assert ("Ann Lee", "entity") in spans(text, title="Dundee")


def test_a_span_that_occurs_again_is_ambiguous() -> None:
    text = "The pier has 85 girders of iron. The road over the pier has 85 lamps of glass."
    assert spans(text) == []


def test_spans_are_verbatim_and_inside_their_sentence() -> None:
    text = "The crossing was opened in 1887.  It was designed by William Barlow and his son."
    for span in answer_spans(text, topic=find_topic(text, BRIDGE), limit=9):
        assert text[span.start : span.end] == span.text
        assert span.sentence[0] <= span.start < span.end <= span.sentence[1]


def test_spans_are_spread_over_sentences() -> None:
    text = (
        "The iron bridge was opened in 1878 and was designed by Thomas Bouch for £300,000. "
        "The steel bridge was opened to trains in 1887."
    )
    first, second = answer_spans(text, topic=find_topic(text, "Dundee"), limit=2)
    assert first.sentence != second.sentence


def test_no_text_or_title_is_too_odd() -> None:
    for text in ("", "\n\n", "....", "((((", "a" * 5000, "1 2 3 4 5", "\u202e____"):
        assert answer_spans(text, topic=find_topic(text, ""), limit=3) == []


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "Dr. J. R. Smith met Mrs. Lee. They left.",
            ["Dr. J. R. Smith met Mrs. Lee.", "They left."],
        ),
        ("It weighs 3.5 kg. The rest is air.", ["It weighs 3.5 kg.", "The rest is air."]),
        (
            "It was founded by Acme Inc. The firm grew.",
            ["It was founded by Acme Inc.", "The firm grew."],
        ),
        ("He came c. 440 BC to Athens.", ["He came c. 440 BC to Athens."]),
        ("He said “Go.” She went.", ["He said “Go.”", "She went."]),
        (f"Heading\n\n{WRAPPED}", [WRAPPED]),
        ("No end of the sentence here", []),
        (
            "Two thirds of them said no. On 7 May they voted again.",
            ["Two thirds of them said no.", "On 7 May they voted again."],
        ),
        ("It has no. 7 on its door.", ["It has no. 7 on its door."]),
        ("It fell in World War I. Ann rebuilt it.", ["It fell in World War I.", "Ann rebuilt it."]),
        ("It was led by Richard M. Stallman.", ["It was led by Richard M. Stallman."]),
        ("It blocks the factor X. It is old.", ["It blocks the factor X.", "It is old."]),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert [sentence.text for sentence in split_sentences(text)] == sentences
