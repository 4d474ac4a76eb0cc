import pytest

from webscale_rl_dagster.verification.answer_form import answer_empty
from webscale_rl_dagster.verification.candidate import Candidate

from .cases import fails


@pytest.mark.parametrize(
    "answer",
    [
        "one two three four five six seven eight nine",
        "x" * 81,
        "It was founded in 1905",
        "The heart is a pump.",
        "They are all made of carbon",
        "Mitochondria is the powerhouse of the cell.",
        "The process by which green plants make their own food from light",
        "This means inflation",
        "because the enzyme was denatured.",
        "The answer is 42",
        "a, b, c, d, e, f, g, h, and also i",
        "Napoleon had been defeated by then.",
        " ".join(["x + 1"] * 20),
    ],
)
def test_answer_too_long(answer: str) -> None:
    assert fails("answer_too_long", answer=answer)


@pytest.mark.parametrize(
    "answer",
    [
        "one two three four five six seven eight",
        "United Nations Educational, Scientific and Cultural Organization",
        "x" * 80,
        r"$\frac{-b + \sqrt{b^2 - 4ac}}{2a}$ and $\frac{-b - \sqrt{b^2 - 4ac}}{2a}$ if $a \neq 0$",
        "x = 2 or x = 3 or x = 5 or x = 7",
        "def add(a, b): return a + b  # the sum of both of them",
        "Washington, D.C.",
        "1945",
        "acetylsalicylic acid",
        "O(n log n)",
        "SELECT name FROM users WHERE age > 30 ORDER BY name;",
        "Is This It",
    ],
)
def test_answer_short_enough(answer: str) -> None:
    assert not fails("answer_too_long", answer=answer)


@pytest.mark.parametrize(
    "answer",
    ["", " ", "\n", "\u200b", "N/A", "Not mentioned.", "...", "…", "-", "????", "____",
     "not specified in the document", "unspecified", "unknown / not provided"],
)  # fmt: skip
def test_answer_empty(answer: str) -> None:
    assert answer_empty(Candidate("Which gas is it?", answer, ""))


@pytest.mark.parametrize(
    "answer",
    [
        "0",
        "None",
        "null",
        "unknown",
        ".",
        "+",
        "∅",
        "Na",
        "&&",
        "*",
        "no",
        "the unknown soldier",
        "NaN",
        "{}",
    ],
)
def test_answer_not_empty(answer: str) -> None:
    assert not fails("answer_empty", answer=answer)


@pytest.mark.parametrize(
    "answer",
    ["it", "This", "many", "several", "the first", "The second.", "they", "a lot",
     "various factors", "it depends", "others", "something", "the latter", "all of the above",
     "many people", "various things", "some time", "enough", "not long", "something else"],
)  # fmt: skip
def test_answer_vague(answer: str) -> None:
    assert fails("answer_vague", answer=answer)


@pytest.mark.parametrize(
    "answer",
    ["IT", "US", "WHO", "first", "second", "None", "O(1)", "Many-worlds", "several hundred men",
     "First Amendment", "the first law", "i = 1", "low", "ITS"],
)  # fmt: skip
def test_answer_definite(answer: str) -> None:
    assert not fails("answer_vague", answer=answer)
