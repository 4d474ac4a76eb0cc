"""Where a final answer is looked for, and where none is found."""

import pytest

from webscale_rl_dagster.rewards.extraction import final_answers, tidy

LONG = "The history of the matter is long and much has been written about it. " * 10


@pytest.mark.parametrize(
    ("response", "answer"),
    [
        ("Paris", "Paris"),
        ("<answer>Paris</answer>", "Paris"),
        ("<ANSWER>Paris</ANSWER>", "Paris"),
        ("<answer>Rome</answer> hm <answer>Paris</answer>", "Paris"),
        (f"{LONG}<answer>Paris", "Paris"),
        (r"so \boxed{\frac{1}{2}} it is", r"\frac{1}{2}"),
        (r"\boxed{1} and then \boxed{2}", "2"),
        (r"\boxed{\{1, 2\}}", r"\{1, 2\}"),
        (r"<answer>\boxed{7}</answer>", "7"),
        (r"Answer: 6 but \boxed{7}", "7"),
        (f"{LONG}\nAnswer: Paris", "Paris"),
        (f"{LONG}\n**Answer:** Paris", "Paris"),
        (f"{LONG}\nFinal answer:\nParis", "Paris"),
        (f"{LONG} The final answer is Paris", "Paris"),
        (f"{LONG} So the answer to the question is: Paris", "Paris"),
        (f"{LONG}\n#### 42", "42"),
        ("Answer: Rome\n\nLet me check.\n\nAnswer: Paris", "Paris"),
        (f"<think>{LONG} Answer: Rome</think>Paris", "Paris"),
        ("<think>a</think> b <think>c</think> Paris", "Paris"),
        ("Paris<|im_end|>", "Paris"),
        ("Paris</s>", "Paris"),
    ],
)
def test_found(response: str, answer: str) -> None:
    assert final_answers(response)[0] == answer


@pytest.mark.parametrize(
    "response",
    [
        "",
        "   ",
        LONG + "Paris. " + LONG,
        LONG + "It is Paris.",
        "<think>Paris",
        "<think>Paris</think>",
        "<answer></answer>",
        r"\boxed{}",
        r"\boxed{Paris",
        "Answer:",
        "Answer: Paris\nWait, that is wrong.",
        "<answer>" + LONG * 5 + "</answer>",
    ],
)
def test_not_found(response: str) -> None:
    assert final_answers(response) == ()


@pytest.mark.parametrize("response", ["Paris", LONG + "Paris", "Paris. It is in France."])
def test_nothing_counts_unmarked_if_only_marked_answers_do(response: str) -> None:
    assert final_answers(response, marked_only=True) == ()


def test_an_explanation_is_left_off() -> None:
    response = "Answer: Paris. It has been the capital since 987."
    assert final_answers(response) == (response.removeprefix("Answer: "), "Paris.")


@pytest.mark.parametrize("second", ["London.", "No, London it must be then.", "Or is it London?"])
def test_a_second_answer_is_not(second: str) -> None:
    assert len(final_answers(f"Paris. {second}")) == 1


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("**Paris**.", "Paris"),
        ("“Paris”", "Paris"),
        (r"$\text{Paris}$", "Paris"),
        (r"\(x + 1\)", "x + 1"),
        ("`ls`", "ls"),
        ("'a' or 'b'", "'a' or 'b'"),
        ("", ""),
    ],
)
def test_tidy(text: str, plain: str) -> None:
    assert tidy(text) == plain
