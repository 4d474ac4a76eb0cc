from __future__ import annotations

import asyncio
import importlib.util
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.exports.releases import PAIRS
from tests.trainers.tiny import tiny_tokenizer
from webscale_rl_dagster.exports import load_format
from webscale_rl_dagster.exports.export import export
from webscale_rl_dagster.releases.reading import Release


@pytest.fixture
def flags(release: Release, tmp_path: Path) -> dict[str, str]:
    """The arguments that USAGE.txt tells."""
    usage = export(release, load_format("openrlhf"), tmp_path / "out").usage
    lines = [line for line in usage.splitlines() if line.startswith("--")]
    return dict((line + " ").split(" ", 1) for line in lines)


class Scripted:
    """Stands for the engine: every prompt is answered with the same text."""

    def __init__(self, tokenizer: Any, response: str) -> None:
        self._tokens = tokenizer.encode(response + "<|im_end|>")

    async def generate(self, *_: Any, **__: Any) -> Any:
        output = SimpleNamespace(token_ids=self._tokens, finish_reason="stop", logprobs=None)
        return SimpleNamespace(outputs=[output])


def test_its_command_line_knows_every_argument(flags: dict[str, str]) -> None:
    spec = importlib.util.find_spec("openrlhf.cli.train_ppo_ray")
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).read_text()
    assert [flag for flag in flags if f'"{flag}"' not in source] == []


def test_its_dataset_and_executor_reward_golds_only(flags: dict[str, str]) -> None:
    import torch
    from openrlhf.datasets.prompts_dataset import PromptDataset
    from openrlhf.datasets.utils import blending_datasets
    from openrlhf.utils.agent import SingleTurnAgentExecutor

    tokenizer = tiny_tokenizer(pair.question for pair in PAIRS)
    keys = {
        flag.removeprefix("--data."): value.strip()
        for flag, value in flags.items()
        if flag.endswith("_key")
    }
    arguments = SimpleNamespace(data=SimpleNamespace(**keys, apply_chat_template=True))
    strategy = SimpleNamespace(args=arguments, is_rank_0=lambda: False, print=lambda *_: None)
    path = flags["--data.prompt_dataset"].strip()
    split = flags["--data.prompt_split"].strip()
    rows = blending_datasets(path, strategy=strategy, dataset_split=split)
    dataset = PromptDataset(rows, tokenizer, strategy)
    assert len(dataset) == 18
    executor = SingleTurnAgentExecutor([flags["--reward.remote_url"].strip()])

    def reward(number: int, response: str) -> float:
        source, prompt, label, _ = dataset[number]
        assert source == "webscale_rl/v1"
        done = asyncio.run(
            executor.execute(
                prompt,
                label,
                SimpleNamespace(max_tokens=64, logprobs=None),
                512,
                tokenizer,
                Scripted(tokenizer, response),
            )
        )
        (value,) = torch.tensor([done["reward"]])
        assert torch.tensor([done["scores"]]).tolist() == [value]
        return float(value)

    for number, pair in enumerate(PAIRS):
        assert reward(number, f"<answer>{pair.answer}</answer>") == 1.0
        assert reward(number, pair.answer) == 1.0
        for name, response in pair.adversarial:
            assert reward(number, response) == 0.0, name
