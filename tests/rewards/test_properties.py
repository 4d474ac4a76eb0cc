"""What holds for every text: a score is no error, is 0 or 1, and is soon there."""

import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webscale_rl_dagster.rewards import AnswerType, Strictness, accepts_itself, algebra, score
from webscale_rl_dagster.rewards.scoring import decide
from webscale_rl_dagster.verification.answer_types import VERIFIERS

TYPES = st.sampled_from(sorted(VERIFIERS))
LONG_ENOUGH = settings(max_examples=300, deadline=timedelta(seconds=60))
WRAPPERS = [
    "{}",
    "  {}\n",
    "<answer>{}</answer>",
    "<answer> {} </answer>",
    "<think>Perhaps 7? Or Paris?</think>\n<answer>{}</answer>",
    "Some reasoning first.\n\nAnswer: {}",
    "**Final Answer:** {}",
    "The answer is {}",
    r"So we get \boxed{{{}}}",
    "Step 1. Think.\n#### {}",
    "<answer>wrong</answer> no, rather <answer>{}</answer>",
    "{}<|im_end|>",
]
MONTHS = "January February March April May June July August September October November December"
GOLDS: dict[AnswerType, st.SearchStrategy[str]] = {
    "number": st.one_of(
        st.integers(-(10**12), 10**12).map(str),
        st.integers(0, 10**12).map("{:,}".format),
        st.decimals(0, 10**6, places=3).map(str),
        st.tuples(st.integers(1, 999), st.integers(1, 999)).map("{0[0]}/{0[1]}".format),
    ),
    "unit": st.tuples(
        st.decimals(1, 10**6, places=2),
        st.sampled_from("km|%|kg|years|m/s|°C|sq km|miles per hour|MB|dollars|kWh".split("|")),
    ).map("{0[0]} {0[1]}".format),
    "date": st.one_of(
        st.dates().map("{0.day} {0:%B} {0.year:04d}".format),
        st.dates().map("{0:%B} {0.day}, {0.year:04d}".format),
        st.integers(100, 2100).map(str),
        st.integers(1, 999).map("{} BC".format),
        st.integers(1, 21).map("{}th century".format),
        st.integers(100, 209).map("the {}0s".format),
        st.tuples(st.sampled_from(MONTHS.split()), st.integers(1000, 2100)).map(
            "{0[0]} {0[1]}".format
        ),
    ),
    "entity": st.from_regex(r"[A-Z][a-zé]{2,9}( [A-Z][a-z]{2,9}){0,2}", fullmatch=True),
    "phrase": st.from_regex(r"[a-z]{3,9}( [a-z]{3,9}){0,4}", fullmatch=True),
    "boolean": st.sampled_from(["Yes", "no", "True", "false"]),
    "choice": st.from_regex(r"[A-H]|\([A-H]\)", fullmatch=True),
    "expression": st.from_regex(r"[2-9]?[a-d](\^[2-9])? [+*-] ([a-d]|[2-9])", fullmatch=True),
    "code": st.from_regex(r"[a-z]{2,8}(\.[a-z]{2,8}){1,2}(\([a-z]?\))?", fullmatch=True),
}


@pytest.mark.parametrize("kind", sorted(VERIFIERS))
@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_the_gold_is_right_in_every_wrapper(kind: AnswerType, wrapper: str) -> None:
    @settings(max_examples=40, deadline=None)
    @given(GOLDS[kind])
    def holds(gold: str) -> None:
        assert score(wrapper.format(gold), gold, answer_type=kind) == 1.0

    holds()


@pytest.mark.parametrize("kind", sorted(VERIFIERS))
def test_every_gold_is_accepted_by_its_own_verifier(kind: AnswerType) -> None:
    @settings(max_examples=60, deadline=None)
    @given(GOLDS[kind])
    def holds(gold: str) -> None:
        assert accepts_itself(gold, kind)

    holds()


@LONG_ENOUGH
@given(st.text(max_size=400), st.text(max_size=60), TYPES, st.one_of(st.none(), st.text()))
def test_any_text_has_a_score(
    response: str, gold: str, kind: AnswerType, question: str | None
) -> None:
    assert score(response, gold, answer_type=kind, question=question) in (0.0, 1.0)


NOISE = st.text(r"0123456789.,-+*/^_{}()[]<>=$%\ abxyz" + "±√π°'\"|!\n", max_size=300)


@LONG_ENOUGH
@given(NOISE, NOISE, TYPES)
def test_any_formula_has_a_score(response: str, gold: str, kind: AnswerType) -> None:
    assert score(response, gold, answer_type=kind) in (0.0, 1.0)


@LONG_ENOUGH
@given(st.text(min_size=1), st.text(min_size=1), TYPES)
def test_only_words_that_overlap_are_left_to_a_judge(
    response: str, gold: str, kind: AnswerType
) -> None:
    """No judge is ever needed for two answers that share no word."""
    shared = set(response.casefold().split()) & set(gold.casefold().split())
    if kind not in ("entity", "phrase"):
        assert decide(response, gold, answer_type=kind) is not None
    elif not shared and response.isascii() and gold.isascii() and response.isalpha():
        assert decide(response, gold, answer_type=kind) is not None


def test_ten_megabytes_are_read_from_their_end() -> None:
    filler = "All work and no play makes Jack a dull boy. " * 240_000
    assert score(filler + "\nAnswer: 42", "42", answer_type="number") == 1.0
    assert score("Answer: 42\n" + filler, "42", answer_type="number") == 0.0
    assert score("<think>" + filler + "42", "42", answer_type="number") == 0.0


MATRIX = r"\begin{pmatrix}1 & 2\\3 & 4\end{pmatrix}"


def test_the_algebra_works_in_any_thread() -> None:
    found: list[float] = []
    thread = threading.Thread(
        target=lambda: found.append(
            score(MATRIX.replace(" ", ""), MATRIX, answer_type="expression")
        )
    )
    thread.start()
    thread.join()
    assert found == [1.0]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_algebra_is_stopped_in_time() -> None:
    assert algebra.equivalent(MATRIX, MATRIX, seconds=30)
    hard = r"\int_0^1 \sin(x^{17}) \cos(x^{13}) dx"
    before = threading.active_count()
    strictness = Strictness(expression_seconds=0.2)
    response = hard.replace("17", "19")
    assert score(response, hard, answer_type="expression", strictness=strictness) == 0.0
    stopped_by = time.monotonic() + 60
    while threading.active_count() > before and time.monotonic() < stopped_by:
        time.sleep(0.05)
    assert threading.active_count() == before


def test_time_that_the_algebra_does_not_work_is_not_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on a machine with more to do."""

    def slowly(*_: object) -> bool:
        time.sleep(0.3)
        return True

    monkeypatch.setattr(algebra, "_verify", slowly)
    assert algebra.equivalent(MATRIX, MATRIX, seconds=0.1)


def test_what_waits_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()
    monkeypatch.setattr(algebra, "_verify", lambda *_: never.wait())
    assert not algebra.equivalent(MATRIX, MATRIX, seconds=0.01)
    never.set()


@pytest.mark.parametrize(
    "bomb",
    [
        "9^{9^{9^{9}}}",
        "((10^{999})^{999})^{999}",
        "99999!",
        "(9!)!!",
        r"\frac{" * 60 + "1" + "}{2}" * 60,
        "9" * 400,
    ],
)
def test_no_bomb_reaches_the_algebra(bomb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(algebra, "_verify", lambda *_: pytest.fail("it was parsed"))
    assert not algebra.equivalent(bomb, MATRIX, seconds=30)
    assert not algebra.equivalent(MATRIX, bomb, seconds=30)


def test_rewards_import_nothing_heavy() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import webscale_rl_dagster.rewards, sys; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    heavy = {"dagster", "polars", "numpy", "pandas", "sympy", "math_verify", "pydantic", "pint"}
    assert not heavy & set(loaded)
