from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.exports.releases import PAIRS
from tests.trainers.tiny import tiny_tokenizer
from webscale_rl_dagster.exports import load_format
from webscale_rl_dagster.exports.export import export
from webscale_rl_dagster.releases.reading import Release


@pytest.fixture
def out(release: Release, tmp_path: Path) -> Path:
    return export(release, load_format("verl"), tmp_path / "out").folder


def read(out: Path) -> tuple[Any, Any]:
    """verl's configuration with the lines of USAGE.txt over it, and its dataset under that."""
    from hydra import compose, initialize_config_module
    from verl.utils.dataset.rl_dataset import RLHFDataset

    lines = (out / "USAGE.txt").read_text().splitlines()
    overrides = [line for line in lines if line.startswith(("data.", "reward."))]
    with initialize_config_module("verl.trainer.config", version_base=None):
        config = compose("ppo_trainer", overrides)
    tokenizer = tiny_tokenizer(pair.question for pair in PAIRS)
    config.data.filter_overlong_prompts_workers = 1
    dataset = RLHFDataset(config.data.train_files, tokenizer, config.data)
    return config, dataset


def test_its_dataset_reads_every_row(out: Path) -> None:
    _, dataset = read(out)
    assert len(dataset) == 18
    row = dataset[7]
    assert row["raw_prompt"][0]["content"].startswith(PAIRS[7].question)
    assert row["index"] == 7
    assert row["data_source"] == "webscale_rl/v1"


def test_its_reward_manager_loads_our_function_and_rewards_golds_only(out: Path) -> None:
    import torch
    from verl import DataProto
    from verl.trainer.ppo.reward import load_reward_manager
    from verl.utils.dataset.rl_dataset import collate_fn

    config, dataset = read(out)

    async def reward(number: int, response: str) -> float:
        batch = collate_fn([dataset[number]])
        tokens = torch.tensor([dataset.tokenizer.encode(response)])
        manager = load_reward_manager(config, dataset.tokenizer)
        said = {"responses": tokens, "attention_mask": torch.ones_like(tokens)}
        data = DataProto.from_single_dict({**batch, **said})
        return (await manager.run_single(data))["reward_score"]

    for number, pair in enumerate(PAIRS):
        assert asyncio.run(reward(number, f"<answer>{pair.answer}</answer>")) == 1.0
        assert asyncio.run(reward(number, f"not {pair.answer}")) == 0.0
