import pytest

from webscale_rl_dagster.verification.duplicates import duplicate_questions

LONG = "Which enzyme in human saliva breaks starch down into sugars"


@pytest.mark.parametrize(
    ("questions", "answers", "expected"),
    [
        ([], [], []),
        (["Who?"], ["A"], [False]),
        (["Who won?", "who won"], ["A", "B"], [False, True]),
        (["Who is the king?", "Who is king?"], ["A", "B"], [False, True]),
        ([f"{LONG}?", f"{LONG} quickly?"], ["amylase", "Amylase."], [False, True]),
        ([f"{LONG}?", f"{LONG} quickly?"], ["amylase", "ptyalin"], [False, False]),
        (["Who won the race?", "Which team lost?"], ["A", "A"], [False, False]),
        (["A b?", "C d?", "a B"], ["1", "2", "3"], [False, False, True]),
        (["Who won in 1998?", "Who won in 2002?"], ["Brazil", "Brazil"], [False, False]),
        (["Café?", "Cafe?"], ["x", "x"], [False, True]),
        (["Why?", "Why?", "Why?"], ["a", "b", "c"], [False, True, True]),
    ],
)
def test_duplicates(questions: list[str], answers: list[str], expected: list[bool]) -> None:
    assert duplicate_questions(questions, answers) == expected


def test_questions_and_answers_must_pair_up() -> None:
    with pytest.raises(ValueError, match="shorter"):
        duplicate_questions(["Who?", "Why?"], ["A"])
