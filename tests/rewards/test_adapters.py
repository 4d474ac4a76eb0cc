"""Adapters by themselves; tests/exports and tests/trainers have them as exports write them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from webscale_rl_dagster.rewards import adapters
from webscale_rl_dagster.rewards.adapters import (
    nemo_gym,
    nemo_rl,
    open_instruct,
    openrlhf,
    trl,
    verifiers,
    verl,
)
from webscale_rl_dagster.rewards.adapters.gold import Gold
from webscale_rl_dagster.rewards.adapters.replies import content_text, reply

FIELDS: dict[str, Any] = {
    "qa_id": "wiki.1",
    "question": "Which state's capital is Canberra?",
    "answer": "Australia",
    "answer_type": "entity",
    "answer_aliases": ["the Commonwealth of Australia"],
}
LABEL = json.dumps(FIELDS)
MODULES = sorted(
    path.stem
    for path in Path(next(iter(adapters.__path__))).glob("*.py")
    if path.stem != "__init__"
)


@pytest.mark.parametrize("module", MODULES)
def test_an_adapter_imports_nothing_heavy(module: str) -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", f"import {adapters.__name__}.{module}, sys; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    heavy = {"dagster", "polars", "pydantic", "numpy", "torch", "transformers", "sympy", "pint"}
    assert not heavy & set(loaded)


def test_a_gold_is_read_with_and_without_aliases() -> None:
    assert Gold.read(LABEL).score("The Commonwealth of Australia") == 1.0
    bare = Gold.of({**FIELDS, "answer_aliases": None})
    assert bare.aliases == ()
    assert bare.score("Australia") == 1.0


def test_the_question_lets_a_short_sentence_count() -> None:
    assert Gold.read(LABEL).score("Canberra is the capital of the state of Australia.") == 1.0
    other = Gold.of({**FIELDS, "question": "Who?"})
    assert other.score("Canberra is the capital of the state of Australia.") == 0.0


@pytest.mark.parametrize("label", ["", "Australia", "[]", "7", "{", None])
def test_a_label_of_something_else_is_an_error_and_no_silent_zero(label: Any) -> None:
    with pytest.raises(ValueError, match="no label of a webscale-rl export"):
        Gold.read(label)


def test_a_missing_field_is_an_error() -> None:
    with pytest.raises(KeyError, match="answer_type"):
        verl.compute_score("webscale_rl/v1", "Australia", "Australia", {"answer_aliases": []})


def test_verl_passes_a_reward_model_and_is_not_answered() -> None:
    given = verl.compute_score(
        "webscale_rl/v1", "Australia", "Australia", FIELDS, reward_router_address="x:1"
    )
    assert given == 1.0


def test_trl_scores_a_batch_of_conversations_by_their_last_reply() -> None:
    said = [
        [{"role": "assistant", "content": text}] for text in ("Australia", "<answer>Fiji</answer>")
    ]
    said.append([*said[0], {"role": "tool", "content": "Fiji"}, *said[0]])
    columns = {name: [value] * 3 for name, value in FIELDS.items()}
    assert trl.answer_reward(completions=said, **columns) == [1.0, 0.0, 1.0]


@pytest.mark.parametrize("end", ["", "<|im_end|>", "</s>", "<|eot_id|>\n", "<|im_end|><pad><pad>"])
def test_openrlhf_reads_through_special_tokens(end: str) -> None:
    assert openrlhf.scores([f"Who?\nAustralia{end}"], ["Who?\n"], [LABEL]) == [1.0]


def test_openrlhf_never_reads_an_answer_out_of_the_prompt() -> None:
    prompt = "Is it <answer>Australia</answer>? "
    assert openrlhf.scores([prompt, prompt + "Fiji"], [prompt] * 2, [LABEL] * 2) == [0.0, 0.0]


@pytest.mark.parametrize(
    "query",
    [
        "<s> Question: which one? Answer in <answer></answer> tags, please: Australia",
        "<s>Question : which one ? Answer in <answer></answer> tags, please :Australia",
        "Answer in <answer></answer> tags, please: Australia</s>",
    ],
)
def test_openrlhf_finds_a_prompt_that_was_cut_or_spaced_otherwise(query: str) -> None:
    prompt = "Question: which one? Answer in <answer></answer> tags, please: "
    assert openrlhf.scores([query], [prompt], [LABEL]) == [1.0]
    assert openrlhf.scores([query.replace("Aus", "<answer>Aus")], [prompt], [LABEL]) == [1.0]
    assert openrlhf.scores([query.split("Aus")[0]], [prompt], [LABEL]) == [0.0]


def test_openrlhf_gives_nothing_where_the_prompt_is_not_found() -> None:
    assert openrlhf.scores(["<answer>Australia</answer>"], ["Who?"], [LABEL]) == [0.0]


def test_nemo_rl_reads_what_the_assistant_said() -> None:
    conversation = [
        {"role": "user", "content": "<answer>Fiji</answer>?"},
        {"role": "assistant", "content": "<answer>Australia</answer>"},
    ]
    assert nemo_rl.rewards([conversation], [{"ground_truth": LABEL}]) == [1.0]


def test_nemo_gym_leaves_reasoning_items_out() -> None:
    output = [
        {"type": "reasoning", "content": [{"type": "text", "text": "Fiji?"}]},
        {"type": "message", "content": [{"type": "output_text", "text": "Australia"}]},
    ]
    row = {**FIELDS, "expected_answer": "Australia"}
    assert nemo_gym.reward(row, output) == 1.0
    assert nemo_gym.reward(row, output[:1]) == 0.0


def test_open_instruct_passes_a_label_or_a_list_of_one() -> None:
    assert open_instruct.score_prediction("Australia", LABEL) == 1.0
    assert open_instruct.score_prediction("Australia", [LABEL]) == 1.0


def test_verifiers_reads_its_task_data() -> None:
    assert verifiers.score_reply(SimpleNamespace(**FIELDS), "Australia") == 1.0


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, ""),
        ("Fiji", "Fiji"),
        ([{"type": "text", "text": "Fi"}, {"type": "text", "text": "ji"}], "Fiji"),
        ([{"type": "image"}, {"type": "text", "text": None}], ""),
    ],
)
def test_content_in_each_shape_becomes_text(content: Any, text: str) -> None:
    assert content_text(content) == text


def test_a_conversation_without_a_reply_says_nothing() -> None:
    assert reply([{"role": "user", "content": "Australia"}]) == ""
    assert reply([]) == ""
