"""Every answer is accepted by its own verifier, and nothing that answers nothing is."""

from collections import defaultdict
from itertools import permutations

import pytest

from benchmarks.quality import load
from webscale_rl_dagster.rewards import (
    AnswerType,
    accepts_itself,
    adversarial_responses,
    bombs,
    falls_for,
    mistakes,
    rejects_adversarial,
    score,
)
from webscale_rl_dagster.verification.typed import typed_answer

PUBLISHED: list[tuple[str, AnswerType]] = [
    ("42", "number"),
    ("1", "number"),
    ("108 million", "number"),
    ("-3.5", "number"),
    ("3/4", "number"),
    ("twenty-three", "number"),
    ("98.5%", "unit"),
    ("103,000 sq km", "unit"),
    ("$1.5 billion", "unit"),
    ("16 years", "unit"),
    ("-38.8 °C", "unit"),
    ("5 ft 11 in", "unit"),
    ("9.81 m/s^2", "unit"),
    ("March 25, 1999", "date"),
    ("1871", "date"),
    ("44 BC", "date"),
    ("476 CE", "date"),
    ("the 1960s", "date"),
    ("19th century", "date"),
    ("1883–1890", "date"),
    ("Hvannadalshnukur", "entity"),
    ("Abbasid Caliphate", "entity"),
    ("KAlSi3O8", "entity"),
    ("Park Güell", "entity"),
    ("C++", "entity"),
    ("33 million years ago", "phrase"),
    ("red, green and blue", "phrase"),
    ("mitochondria", "phrase"),
    ("before the first rise", "phrase"),
    ("yes", "boolean"),
    ("No", "boolean"),
    ("false", "boolean"),
    ("B", "choice"),
    ("(c)", "choice"),
    ("B) argon", "choice"),
    ("x^2 + 2x", "expression"),
    (r"\frac{3}{4}", "expression"),
    (r"$\frac{3}{4}$", "expression"),
    ("$x = 3$", "expression"),
    ("$O(n \\log n)$", "expression"),
    (r"x = \pm 2", "expression"),
    ("O(n log n)", "expression"),
    (r"\{1, 2, 3\}", "expression"),
    (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", "expression"),
    ("os.path.join", "code"),
    ("print(x)", "code"),
    ("`lambda`", "code"),
    ("--verbose", "code"),
]


@pytest.mark.parametrize(("answer", "kind"), PUBLISHED)
def test_it_accepts_itself(answer: str, kind: AnswerType) -> None:
    assert accepts_itself(answer, kind)


@pytest.mark.parametrize(("answer", "kind"), PUBLISHED)
def test_it_falls_for_nothing(answer: str, kind: AnswerType) -> None:
    question = "Which of these was it, as the registers of the town tell us?"
    assert falls_for(answer, kind, question=question) == ()
    assert rejects_adversarial(answer, kind, question=question)


def test_an_answer_that_no_verifier_can_hold_is_found_out() -> None:
    assert not accepts_itself("", "phrase")
    assert not accepts_itself("perhaps", "boolean")
    assert falls_for("I don't know", "phrase") == ()
    assert "question" in falls_for("mitochondria", "phrase", question="Mitochondria?")


@pytest.mark.parametrize(("answer", "kind"), [PUBLISHED[0], PUBLISHED[5], PUBLISHED[12]])
def test_an_alias_is_no_way_in(answer: str, kind: AnswerType) -> None:
    assert rejects_adversarial(answer, kind, aliases=(answer.replace(",", ""),))


@pytest.mark.parametrize(("answer", "kind"), PUBLISHED)
def test_no_bomb_is_an_answer(answer: str, kind: AnswerType) -> None:
    assert [name for name, text in bombs(answer) if score(text, answer, answer_type=kind)] == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [("7919", "number"), ("Ulan Bator", "entity"), ("1402", "date"), ("Z", "choice")],
)
def test_another_answer_is_never_the_answer(answer: str, kind: AnswerType) -> None:
    assert answer not in dict(adversarial_responses(answer, kind)).values()
    assert rejects_adversarial(answer, kind)


@pytest.mark.parametrize("response", ["7,8,9", "7,8,9.", "7,7,7", "It is 7,8,9", "7, 8, 9"])
def test_a_list_of_numbers_is_not_its_first(response: str) -> None:
    assert score(response, "7", answer_type="number") == 0.0


@pytest.mark.parametrize(
    "response",
    ["x^7, $x = 3$, z + 5", r"$x = 3$\nz + 5", "y = 2; $x = 3$", r"\frac{1}{2}, $x = 3$"],
)
def test_a_formula_among_others_is_not_the_answer(response: str) -> None:
    assert score(response, "$x = 3$", answer_type="expression") == 0.0
    assert score("The root is $x = 3$.", "$x = 3$", answer_type="expression") == 1.0


@pytest.mark.parametrize(
    "question",
    [
        "How many members has the council?",
        "How many years did the war last?",
        "How many farads has the capacitor?",
        "Fill in the blank with a number: The towers rise ____ m above the sea.",
    ],
)
def test_a_wrong_unit_is_tried_where_the_question_asks_for_another(question: str) -> None:
    assert "wrong_unit" in dict(adversarial_responses("12", "number", question))
    assert rejects_adversarial("12", "number", question=question)


def test_no_unit_is_wrong_where_the_question_leaves_it_open() -> None:
    assert "wrong_unit" not in dict(adversarial_responses("12", "number", "How long was it?"))


HOW_FAR = "How far in kilometres is it from the harbour to the lighthouse?"


@pytest.mark.parametrize(
    ("answer", "kind", "other", "other_kind"),
    [
        ("5 km", "unit", "7 km", "unit"),
        ("5 km", "unit", "5,000 metres", "unit"),
        ("5 km", "unit", "5", "number"),
        ("3", "number", "3 years", "unit"),
        ("50", "number", "50%", "unit"),
        ("45", "number", "45 people", "phrase"),
        ("299,792,458", "number", "299,792,458 m/s", "unit"),
        ("13,300,000,000", "number", "US$13.3 billion", "unit"),
        ("1871", "date", "18 March 1871", "date"),
        ("18 March 1871", "date", "1871", "date"),
        ("Fleming", "entity", "Alexander Fleming", "entity"),
        ("Nile", "entity", "the Nile River", "entity"),
        ("Roman", "entity", "Roman Empire", "entity"),
        ("iron", "phrase", "iron ore", "phrase"),
        ("B", "choice", "B) argon", "choice"),
        ("mitochondria", "phrase", "the mitochondria", "phrase"),
        ("lighthouse keeper", "phrase", "keeper", "phrase"),
    ],
)
def test_answers_that_share_a_word_or_an_amount_are_no_mistakes(
    answer: str, kind: AnswerType, other: str, other_kind: AnswerType
) -> None:
    assert not mistakes(answer, kind, (), HOW_FAR, other, other_kind)


def test_an_option_is_no_mistake_for_its_letter() -> None:
    assert not mistakes("B", "choice", (), "Which gas? A) neon B) argon", "argon", "entity")


def test_a_verifier_that_takes_an_unrelated_answer_is_found_out() -> None:
    """As `boolean`, what was not filed is only a no."""
    answer, question = "No complaints were filed", "What did the register say?"
    assert mistakes(answer, "boolean", (), question, "It did not.", "phrase")
    assert not mistakes(answer, "phrase", (), question, "It did not.", "phrase")


def test_no_sound_answer_is_mistaken_for_another_of_its_document() -> None:
    typed = defaultdict(list)
    for case in load():
        if not case.defects:
            pair = case.candidate
            typed[pair.document].append((pair, typed_answer(pair.answer, pair.question)))
    found = [
        (pair.question, other.answer)
        for pairs in typed.values()
        for (pair, mine), (other, theirs) in permutations(pairs, 2)
        if mistakes(
            pair.answer, mine.answer_type, mine.aliases, pair.question, other.answer,
            theirs.answer_type,
        )
    ]  # fmt: skip
    assert found == []
