"""Every answer is accepted by its own verifier, and nothing that answers nothing is."""

import time

import pytest

from webscale_rl_dagster.rewards import (
    AnswerType,
    accepts_itself,
    adversarial_responses,
    falls_for,
    rejects_adversarial,
    score,
)

PUBLISHED: list[tuple[str, AnswerType]] = [
    ("42", "number"),
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
def test_every_adversarial_response_is_judged_within_50_ms(answer: str, kind: AnswerType) -> None:
    """In processor time, the better of two: other processes share the machine."""
    score(answer, answer, answer_type=kind)
    for name, response in adversarial_responses(answer, kind):
        taken = []
        for _ in range(2):
            started = time.process_time()
            score(response, answer, answer_type=kind)
            taken.append(time.process_time() - started)
        assert min(taken) < 0.05, name
