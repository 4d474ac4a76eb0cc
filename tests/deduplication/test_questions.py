from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from string import ascii_lowercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webscale_rl_dagster.deduplication import questions
from webscale_rl_dagster.deduplication.questions import QuestionIndex, read_question

LONG = "Which enzyme in human saliva breaks starch down into sugars"
TOWN = "In which country does the old market town of {} lie on the river that divides it?"
ANY_TEXT = st.text(st.characters(codec=None), max_size=40)


def repeats(*pairs: tuple[str, str], same_answer: bool = False) -> list[int | None]:
    """For each question and answer, the place of the earlier one that it repeats."""
    index = QuestionIndex(same_answer)
    found = [index.add(str(place), *pair) for place, pair in enumerate(pairs)]
    return [None if earlier is None else int(earlier) for earlier in found]


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], []),
        ([("Who?", "A")], [None]),
        ([("Who won?", "A"), ("who won", "B")], [None, 0]),
        ([("Who is the king?", "A"), ("Who is king?", "B")], [None, 0]),
        ([("Café?", "x"), ("Cafe?", "x")], [None, 0]),
        ([("Why?", "a"), ("Why?", "b"), ("Why?", "c")], [None, 0, 0]),
        ([(f"{LONG}?", "amylase"), (f"{LONG} quickly?", "Amylase.")], [None, 0]),
        ([(f"{LONG}?", "amylase"), (f"{LONG} quickly?", "ptyalin")], [None, None]),
        ([("The capital of France?", "Paris"), ("The capital of Spain?", "Madrid")], [None, None]),
        ([(TOWN.format("Graz"), "Austria"), (TOWN.format("Pau"), "France")], [None, None]),
        ([("Who won the race?", "A"), ("Which team lost?", "A")], [None, None]),
        ([("A b?", "1"), ("C d?", "2"), ("a B", "3")], [None, None, 0]),
        ([("Who won in 1998?", "Brazil"), ("Who won in 2002?", "Brazil")], [None, None]),
        ([(f"{LONG} in 3 steps?", "x"), (f"{LONG} in 4 steps?", "x")], [None, None]),
        ([(f"{LONG} in 3 steps?", "x"), (f"{LONG} in about 3 steps?", "x")], [None, 0]),
        ([("???", ""), ("!!!", ""), ("???", "")], [None, None, 0]),
        ([("", ""), ("", "x")], [None, 0]),
    ],
)
def test_repeats(pairs: list[tuple[str, str]], expected: list[int | None]) -> None:
    assert repeats(*pairs) == expected


SENTENCE = "What is the value or the meaning of {} in the notation that the chapter explains?"


@pytest.mark.parametrize("sentence", ["{}", "What is {}?", SENTENCE])
@pytest.mark.parametrize(
    "formulas",
    [
        ("x - 2 ≤ 3", "x - 2 ≥ 3", "x + 2 ≥ 3", "x - 2 < 3", "x - 2 > 3"),
        ("A ∪ B", "A ∩ B", r"A \ B"),
        ("p ∧ q", "p ∨ q", "¬p ∧ q", "p ∧ ¬q"),
        ("(p ∧ q) → r", "p ∧ (q → r)"),
        ("f(2)", "f'(2)", "f''(2)", "f(2)!"),
        ("5!", "5", "5!!"),
        ("(0, 1]", "[0, 1)", "[0, 1]", "(0, 1)"),
        ("`!x`", "`~x`", "`x`", "`x!`", "`_x`"),
        ("7 | 2", "7 ~ 2"),
        ("the regex `a.`", "the regex `a*`", "the regex `a?`", "the regex `a`"),
        ('the regex "b.*"', 'the regex "b.+"', 'the regex "b."', 'the regex "b?"'),
        ("`os.path`", "`os path`", "`os->path`"),
        ("`x[1:2]`", "`x[1,2]`"),
        ("x ? y : z", "x : y ? z"),
        ("x > y", "y > x"),
        ("(x + y) * z", "x + (y * z)"),
    ],
)
@pytest.mark.parametrize("same_answer", [False, True])
def test_another_sign_makes_another_question(
    formulas: tuple[str, ...], sentence: str, same_answer: bool
) -> None:
    if sentence == "{}":
        sentence = "{} holds"
    pairs = [(sentence.format(formula), "yes") for formula in formulas]
    assert repeats(*pairs, same_answer=same_answer) == [None] * len(pairs)
    assert repeats(*pairs, *pairs)[len(pairs) :] == list(range(len(pairs)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is x-2≤3?", "what is  x - 2 ≤ 3"),
        ("What is 5!?", "What is 5!"),
        ("What is f(2)?", "what is the 'F(2)' ?"),
        ("What is f'(2)?", "What is “f'(2)”"),
        ("Who, in 1998, won?", "Who in 1998 won??"),
        ('What is "free will?"', "What is free will"),
        ("What is “Apollo 11”?", "What is 'Apollo 11'."),
        ("Who led the dogs' union...", "Who led the dogs union!"),
        ("What is a well-known T-cell?", "What is a well known T cell?"),
        ("Did George W. Bush win?", "Did George W Bush win?"),
        ("Is the U.S. economy in G7?", "Is the US economy in G7"),
        ("What does ATP (adenosine triphosphate) do?", "What does ATP adenosine triphosphate do?"),
        ("首都是什么？", "首都是什么"),
        ("¿Qué es?", "Que es"),
        ("What is 3–4?", "What is 3-4?"),
    ],
)
def test_what_only_punctuates_makes_no_other_question(one: str, other: str) -> None:
    assert repeats((one, "x"), (other, "y")) == [None, 0]


def test_another_sign_in_the_answer_makes_no_near_repeat() -> None:
    assert repeats((f"{LONG}?", "x ≤ 2"), (f"{LONG} now?", "x ≥ 2")) == [None, None]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (("amylase", "Amylase."), [None, 0]),
        (("ptyalin", "amylase", "the amylase", "ptyalin"), [None, None, 1, 0]),
        (("x ≤ 2", "x ≥ 2"), [None, None]),
        (("120", "120!"), [None, None]),
        (("", "", "\ud800"), [None, 0, None]),
    ],
)
def test_before_an_answer_is_judged_another_one_is_no_repeat(
    answers: tuple[str, ...], expected: list[int | None]
) -> None:
    for words in ("Which enzyme?", LONG):
        pairs = [(words, answer) for answer in answers]
        assert repeats(*pairs, same_answer=True) == expected
        assert repeats(*pairs) == [None] + [0] * (len(pairs) - 1)


def test_near_repeats_are_found_before_answers_are_judged_too() -> None:
    pairs = (f"{LONG}?", "amylase"), (f"{LONG} now?", "Amylase")
    assert repeats(*pairs, same_answer=True) == [None, 0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "∪",
        "?!",
        "'\"`",
        "`",
        "```",
        "\ud800",
        "x\ud800≤",
        "\0",
        "_",
        "(",
        "'" * 9,
        "a`'!`.",
    ],
)
def test_hostile_questions_repeat_themselves_alone(text: str) -> None:
    for same_answer in (False, True):
        pairs = [(text, text), ("Who won?", text), (text, text)]
        assert repeats(*pairs, same_answer=same_answer) == [None, None, 0]


@pytest.mark.parametrize(
    "sign", ["(", "(abc", "`", "'", "a'", '"', "?", "! ", "a-", "a.", " .", "`_"]
)
def test_long_runs_of_signs_take_no_longer_than_words(sign: str) -> None:
    start = time.process_time()
    read_question(sign * 20_000, "x")
    assert time.process_time() - start < 2


def test_similarity_is_told_from_the_words_themselves() -> None:
    words = [f"w{chr(97 + number)}" for number in range(9)]
    four_fifths = [*words[:8], "other"]
    assert repeats((" ".join(words), "x"), (" ".join(four_fifths), "x")) == [None, 0]
    three_quarters = [*words[:8], "other", "another"]
    assert repeats((" ".join(words), "x"), (" ".join(three_quarters), "x")) == [None, None]


def test_a_chain_of_small_changes_drops_nothing_that_resembles_nothing_that_stays() -> None:
    words = [f"w{chr(97 + number)}" for number in range(20)]
    changed = [f"v{word}" for word in words]
    chain = [" ".join(changed[:step] + words[step:]) for step in range(0, 7, 2)]
    assert repeats(*((question, "x") for question in chain)) == [None, 0, None, 2]


def test_the_earliest_of_several_is_named() -> None:
    words = [f"w{chr(97 + number)}" for number in range(20)]
    one, two = [*words[:18], "x", "y"], [*words[:16], "p", "q", *words[18:]]
    pairs = [(" ".join(each), "a") for each in (one, two, words)]
    assert repeats(*pairs) == [None, None, 0]


def test_hardly_a_near_repeat_is_missed() -> None:
    """Candidates come by chance; here one word in nine to eighteen is another."""
    chance = random.Random(1)
    index = QuestionIndex()
    found = 0
    for number in range(1000):
        words = ["".join(chance.choices(ascii_lowercase, k=7)) for _ in range(9 + number % 10)]
        assert index.add(f"first {number}", " ".join(words), "x") is None
        again = index.add(f"again {number}", " ".join([*words[1:], "other"]), "x")
        found += again == f"first {number}"
    assert found >= 990


def test_a_crowd_is_compared_with_its_earliest_and_not_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(questions, "CROWD", 3)
    names = [chr(97 + number) * 5 for number in range(12)]
    index = QuestionIndex()
    for name in names:
        assert index.add(name, TOWN.format(f"{name} {name}er"), "Chile") is None
    assert (
        index.add("again", TOWN.format(f"{names[0]} {names[0]}er") + " Now?", "Chile") == names[0]
    )
    assert index.add("late", TOWN.format(f"{names[-1]} {names[-1]}er") + " Now?", "Chile") is None
    assert index.add("same", TOWN.format(f"{names[-1]} {names[-1]}er"), "Chile") == names[-1]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(ANY_TEXT, ANY_TEXT), max_size=6))
def test_no_text_raises_and_each_question_repeats_itself(pairs: list[tuple[str, str]]) -> None:
    found = repeats(*pairs, *pairs)
    assert None not in found[len(pairs) :]
    assert all(earlier is None or found[earlier] is None for earlier in found)


def test_the_same_on_every_run() -> None:
    """No hash of Python's takes part, and those of the library are seeded."""
    code = (
        "from webscale_rl_dagster.deduplication.questions import read_question as read;"
        f"print(read({LONG!r} + ' in 3 steps?', 'amylase'))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert found == {f"{read_question(LONG + ' in 3 steps?', 'amylase')}\n"}
