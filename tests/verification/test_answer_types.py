from typing import get_args

import pytest

from webscale_rl_dagster.rewards import AnswerType
from webscale_rl_dagster.verification.answer_types import VERIFIERS, aliases, answer_type


@pytest.mark.parametrize(
    ("answer", "question", "expected"),
    [
        ("42", "", "number"),
        ("twenty-three", "", "number"),
        ("1,000", "", "number"),
        ("-3.5", "", "number"),
        ("3/4", "", "number"),
        ("108 million", "", "number"),
        ("$7$", "", "number"),
        ("1945", "How many ships sailed?", "number"),
        ("1945", "In what year did the war end?", "date"),
        ("1945", "When did the war end?", "date"),
        ("762", "In which year was Baghdad founded?", "date"),
        ("1945", "Fill in the blank with a year: The war ended in ____.", "date"),
        ("5 km", "", "unit"),
        ("45%", "", "unit"),
        ("$108 million", "", "unit"),
        ("9.8 m/s^2", "", "unit"),
        ("186,282 miles per second", "", "unit"),
        ("12 mW", "", "unit"),
        ("4 July 1776", "", "date"),
        ("July 4, 1776", "", "date"),
        ("2024-05-01", "", "date"),
        ("44 BC", "", "date"),
        ("the 1960s", "", "date"),
        ("19th century", "", "date"),
        ("Alexander Fleming", "", "entity"),
        ("World Health Organization", "", "entity"),
        ("Ludwig van Beethoven", "", "entity"),
        ("WHO", "", "entity"),
        ("H2O", "", "entity"),
        ("B", "Which vitamin group is it?", "entity"),
        ("photosynthesis", "", "phrase"),
        ("loss of appetite", "", "phrase"),
        ("e-mail", "", "phrase"),
        ("Yes", "", "boolean"),
        ("false.", "", "boolean"),
        ("(b)", "", "choice"),
        ("B", "Which gas? A) neon B) argon", "choice"),
        ("x = 2", "", "expression"),
        ("2x + 3", "", "expression"),
        ("O(n log n)", "", "expression"),
        (r"$\frac{3}{4}$", "", "expression"),
        ("x^2", "", "expression"),
        ("sin(x)", "", "expression"),
        (r"\log_2 n", "", "expression"),
        ("log_2(n)", "", "expression"),
        ("x_1", "", "expression"),
        ("x_1 + x_2", "", "expression"),
        (r"\sum_i x_i", "", "expression"),
        ("a_n = 2n + 1", "", "expression"),
        ("a_{n+1} = a_n + d", "", "expression"),
        (r"\int_0^1 x^2 dx", "", "expression"),
        (r"\pi_1(X)", "", "expression"),
        (r"$v_0 t + \frac{1}{2}at^2$", "", "expression"),
        (r"\frac{3}{4}", "", "expression"),
        ("x^{2}", "", "expression"),
        ("H_2", "", "entity"),
        ("print(x)", "", "code"),
        ("snake_case", "", "code"),
        ("my_var", "", "code"),
        ("a_long_name", "", "code"),
        ("x_train", "", "code"),
        ("foo_bar(x)", "", "code"),
        ("foo(x_1)", "", "code"),
        ("self.x_1", "", "code"),
        ("x_1 == y_1", "", "code"),
        ("__init__", "", "code"),
        ("`x_1`", "", "code"),
        ("os.path.join", "", "code"),
        ("max_depth", "", "code"),
        ("`lambda`", "", "code"),
        ("--verbose", "", "code"),
        ("std::vector", "", "code"),
        ("", "", "phrase"),
    ],
)
def test_answer_type(answer: str, question: str, expected: str) -> None:
    assert answer_type(answer, question) == expected


def test_every_type_has_a_verifier() -> None:
    assert set(VERIFIERS) == set(get_args(AnswerType))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("1,000", ("1000",)),
        ("twelve", ("12",)),
        ("U.S.", ("US",)),
        ("5 km", ("5 kilometers",)),
        ("90 km/h", ("90 kilometers per hour",)),
        ("8 Mbps", ("8 megabits per second",)),
        ("20 sq ft", ("20 square feet",)),
        ("-5 °C", ("-5 degrees Celsius",)),
        ("2.5 kg", ("2.5 kilograms",)),
        ("108 million", ("108000000",)),
        ("$108 million", ("$108000000",)),
        ("45%", ("45 percent",)),
        ("12", ()),
        ("1 km", ()),
        ("Paris", ()),
        ("third", ()),
        ("5!", ()),
        ("101₂", ()),
        ("2x + 3", ()),
        ("", ()),
    ],
)
def test_aliases(answer: str, expected: tuple[str, ...]) -> None:
    assert aliases(answer) == expected
