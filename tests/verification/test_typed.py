"""An answer is published under the narrowest type whose verifier is sound for it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webscale_rl_dagster.rewards import accepts_itself, bombs, rejects_adversarial
from webscale_rl_dagster.verification.answer_types import VERIFIERS, answer_type
from webscale_rl_dagster.verification.typed import OWN_ANSWER, TypedAnswer, typed_answer

SOUND = [
    ("42", "How many ships sailed?", "number"),
    ("5 km", "How far is it?", "unit"),
    ("186,282 miles per second", "How fast is light?", "unit"),
    ("4 July 1776", "When was it signed?", "date"),
    ("1945", "In what year did the war end?", "date"),
    ("Alexander Fleming", "Who discovered penicillin?", "entity"),
    ("loss of appetite", "Which symptom comes first?", "phrase"),
    ("Yes", "Is the sea salt?", "boolean"),
    ("B", "Which gas? A) neon B) argon", "choice"),
    ("$x = 3$", "Which root is the larger?", "expression"),
    (r"$9.11 \times 10^{-31}$ kg", "What is the mass of an electron?", "unit"),
    ("1", "How many moons has the Earth?", "number"),
    ("476 CE", "When did Rome fall?", "date"),
    ("5 pm", "When does it open?", "phrase"),
    ("2x + 3", "What is the derivative of $x^2 + 3x$?", "expression"),
    (r"\log_2 n", "How many comparisons does it need at most?", "expression"),
    ("a_n = 2n + 1", "What is the general term?", "expression"),
    (r"\sum_i x_i", "What is the total?", "expression"),
    (r"\pi_1(X)", "What denotes the fundamental group?", "expression"),
    ("12", "How many members has the council?", "number"),
    ("298.3", "Fill in the blank with a number: The towers rise ____ m.", "number"),
    ("os.path.join", "Which function joins paths?", "code"),
]


@pytest.mark.parametrize(("answer", "question", "kind"), SOUND)
def test_the_narrowest_type(answer: str, question: str, kind: str) -> None:
    found = typed_answer(answer, question)
    assert (found.answer_type, found.verifier) == (kind, VERIFIERS[found.answer_type])
    assert found.faults == ()


@pytest.mark.parametrize(
    ("answer", "aliases"),
    [
        ("108 million", ("108000000",)),
        ("5 km", ("5 kilometers",)),
        ("U.S.", ("US",)),
        ("Paris", ()),
    ],
)
def test_aliases(answer: str, aliases: tuple[str, ...]) -> None:
    assert typed_answer(answer, "What is it?").aliases == aliases


def test_an_alias_that_would_let_another_answer_in_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "webscale_rl_dagster.verification.typed.aliases",
        lambda answer: ("I don't know.", "the Lutetia of old", ":"),
    )
    assert typed_answer("Paris", "What is it?").aliases == ("the Lutetia of old",)


def test_a_formula_that_the_question_equals_is_published_as_a_phrase() -> None:
    """Its value would reward whoever repeats the question."""
    question = "Factor the polynomial $x^2 - 5x + 6$ over the integers."
    assert answer_type("$(x - 2)(x - 3)$", question) == "expression"
    assert typed_answer("$(x - 2)(x - 3)$", question) == TypedAnswer(
        "phrase", VERIFIERS["phrase"], (), ()
    )


@pytest.mark.parametrize("answer", ["", " ", "...", "____", "?", "$2^{n$", "\ud800", "a" * 301])
def test_an_answer_that_does_not_accept_itself(answer: str) -> None:
    assert typed_answer(answer, "What is it?").faults == (OWN_ANSWER,)


def test_an_answer_that_is_the_question() -> None:
    assert "question" in typed_answer("mitochondria", "Mitochondria?").faults


@pytest.mark.parametrize(("answer", "question", "kind"), SOUND)
def test_no_faults_means_what_the_gate_will_find(answer: str, question: str, kind: str) -> None:
    found = typed_answer(answer, question)
    assert accepts_itself(answer, found.answer_type, found.aliases, question)
    assert accepts_itself(answer, found.answer_type, found.aliases)
    assert rejects_adversarial(answer, found.answer_type, found.aliases, question)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=320), st.text(max_size=200))
def test_any_text_has_a_type(answer: str, question: str) -> None:
    found = typed_answer(answer, question)
    assert found.verifier == VERIFIERS[found.answer_type]
    if not found.faults:
        assert accepts_itself(answer, found.answer_type, found.aliases, question)


@pytest.mark.parametrize(("name", "text"), list(bombs("x")), ids=[name for name, _ in bombs("x")])
def test_no_bomb_hangs_it(name: str, text: str) -> None:
    for answer, question in ((text, "What is it?"), ("5 km", text), (text[:300], text)):
        assert typed_answer(answer, question).answer_type in VERIFIERS
