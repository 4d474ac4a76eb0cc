"""The rewards and environments as an export writes them, on every answer type.

Those whose trainer installs without a GPU are called by that trainer in tests/trainers.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.exports.releases import PAIRS
from tests.exports.trainers import gym_body, nemo_gym_modules, open_instruct_modules
from tests.exports.written import load, rows
from webscale_rl_dagster.exports import load_format
from webscale_rl_dagster.exports.export import export
from webscale_rl_dagster.releases.reading import Release
from webscale_rl_dagster.rewards.adapters import openrlhf

Row = dict[str, Any]
Reward = Callable[[Row, str], float]


def verl(out: Path) -> Reward:
    """As verl/experimental/reward_loop/reward_manager/naive.py calls it."""
    compute_score = load(out / "reward.py").compute_score
    return lambda row, response: compute_score(
        data_source=row["data_source"],
        solution_str=response,
        ground_truth=row["reward_model"]["ground_truth"],
        extra_info={**row["extra_info"], "num_turns": 1, "rollout_reward_scores": {}},
    )


def trl(out: Path) -> Reward:
    """As trl/trainer/grpo_trainer.py calls it: a list per column, and things of its own."""
    answer_reward = load(out / "reward.py").answer_reward

    def reward(row: Row, response: str) -> float:
        columns = {name: [value, value] for name, value in row.items() if name != "prompt"}
        conversational, plain = answer_reward(
            prompts=[row["prompt"]] * 2,
            completions=[[{"role": "assistant", "content": response}], response],
            completion_ids=[[1], [1]],
            trainer_state=None,
            log_extra=None,
            log_metric=None,
            **columns,
        )
        assert conversational == plain
        return float(plain)

    return reward


def openrlhf_scores(out: Path) -> Reward:
    """As openrlhf/utils/agent.py calls it: prompt and response in one text, with special tokens."""
    assert "import reward_func" in (out / "reward.py").read_text()

    def reward(row: Row, response: str) -> float:
        prompt = (
            f"<|im_start|>user\n{row['input'][0]['content']}<|im_end|>\n<|im_start|>assistant\n"
        )
        return openrlhf.scores([f"{prompt}{response}<|im_end|>"], [prompt], [row["label"]])[0]

    return reward


def slime(out: Path) -> Reward:
    """As slime/rollout/rm_hub/__init__.py calls it, one sample and many."""
    custom_rm = load(out / "webscale_rl_reward.py").custom_rm

    def reward(row: Row, response: str) -> float:
        sample = SimpleNamespace(response=response, label=row["label"], metadata=row["metadata"])
        one = asyncio.run(custom_rm(SimpleNamespace(), sample))
        assert asyncio.run(custom_rm(SimpleNamespace(), [sample, sample])) == [one, one]
        return float(one)

    return reward


def nemo_gym(out: Path) -> Reward:
    with nemo_gym_modules():
        app = load(out / "resources_servers/webscale_rl/app.py")
    server = app.WebscaleServer()

    def reward(row: Row, response: str) -> float:
        body = app.WebscaleVerifyRequest.model_validate(gym_body(row, response))
        return float(asyncio.run(server.verify(body)).reward)

    return reward


def open_instruct(out: Path) -> Reward:
    with open_instruct_modules():
        verifier = load(out / "webscale_rl_verifier.py").WebscaleVerifier()
    assert verifier.name == "webscale_rl"

    def reward(row: Row, response: str) -> float:
        assert row["dataset"] == verifier.name
        found = verifier([], response, row["ground_truth"], "?")
        assert verifier([], response, row["ground_truth"], "?", {"turns": 1}) == found
        return float(found.score)

    return reward


REWARDS: dict[str, Callable[[Path], Reward]] = {
    "verl": verl,
    "trl": trl,
    "openrlhf": openrlhf_scores,
    "slime": slime,
    "nemo_gym": nemo_gym,
    "open_instruct": open_instruct,
}


@pytest.fixture(params=REWARDS)
def exported(
    request: pytest.FixtureRequest, release: Release, tmp_path: Path
) -> tuple[Reward, list[Row]]:
    name = request.param
    out = tmp_path / "out"
    export(release, load_format(name), out)
    path = out / load_format(name).data.format(split="train")
    return REWARDS[name](out), rows(path)[: len(PAIRS)]


def test_every_gold_scores_1_and_every_adversarial_response_0(
    exported: tuple[Reward, list[Row]],
) -> None:
    reward, pairs = exported
    for row, pair in zip(pairs, PAIRS, strict=True):
        for gold in (pair.answer, *pair.aliases):
            assert reward(row, gold) == 1.0
            assert reward(row, f"Let me see.\n<answer>{gold}</answer>") == 1.0
        fooled = [name for name, response in pair.adversarial if reward(row, response)]
        assert fooled == []


def test_openrlhf_finds_the_response_behind_a_prompt_whose_start_was_cut(
    release: Release, tmp_path: Path
) -> None:
    """Its instruction shows answer tags, which must not be read as the model's."""
    export(release, load_format("openrlhf"), tmp_path / "out")
    row = rows(tmp_path / "out/train.jsonl")[0]
    prompt = "x" * 2000 + row["input"][0]["content"] + "\n<|assistant|>\n"
    assert openrlhf.scores([prompt[700:] + "100</s>"], [prompt], [row["label"]]) == [1.0]
    assert openrlhf.scores([prompt[700:] + "101</s>"], [prompt], [row["label"]]) == [0.0]
    assert openrlhf.scores([prompt[700:]], [prompt], [row["label"]]) == [0.0]


@pytest.mark.parametrize("name", ["verl", "trl", "openrlhf", "slime"])
def test_the_written_reward_needs_nothing_of_the_pipeline(
    name: str, release: Release, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    export(release, load_format(name), out)
    module = "webscale_rl_reward" if name == "slime" else "reward"
    loaded = subprocess.run(
        [sys.executable, "-c", f"import {module}, sys; print(*sys.modules)"],
        cwd=out,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert not {"dagster", "polars", "pydantic", "numpy", "sympy"} & set(loaded)


def test_slime_reads_labels_as_text_and_prompts_as_conversations(
    release: Release, tmp_path: Path
) -> None:
    """By the calls of slime/utils/data.py (THUDM/slime, 00de6b00), which are pandas' own."""
    import pandas as pd

    export(release, load_format("slime"), tmp_path / "out")
    frame = pd.read_json(tmp_path / "out/train.jsonl", lines=True, dtype={"label": str})
    read = [row.to_dict() for _, row in frame.iterrows()]
    assert [row["label"] for row in read[: len(PAIRS)]] == [pair.answer for pair in PAIRS]
    assert [type(row["input"]) for row in read] == [list] * 18
    assert read == rows(tmp_path / "out/train.jsonl")
