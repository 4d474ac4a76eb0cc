from __future__ import annotations

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
    return export(release, load_format("skyrl"), tmp_path / "out").folder


def settings(out: Path) -> Any:
    """The arguments that USAGE.txt tells, read by the library that SkyRL reads its own with.

    SkyRL's configuration as a whole wants Python 3.12.
    """
    from omegaconf import OmegaConf

    lines = [line.strip(" \\") for line in (out / "USAGE.txt").read_text().splitlines()]
    arguments = [line.replace('"', "") for line in lines if line.startswith(("data.", "env"))]
    return OmegaConf.from_cli(arguments)


def test_its_dataset_and_our_environment_reward_golds_only(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import skyrl_gym
    from skyrl.train.dataset import PromptDataset

    config = settings(out)
    assert config.environment.env_class == "webscale_rl"
    tokenizer = tiny_tokenizer(pair.question for pair in PAIRS)
    dataset = PromptDataset(list(config.data.train_data), tokenizer, 512, num_workers=1)
    assert len(dataset) == 18

    monkeypatch.syspath_prepend(str(out))
    skyrl_gym.register(id="webscale_rl", entry_point="webscale_rl_env:WebscaleEnv")
    for number, pair in enumerate(PAIRS):
        prompt, env_class, extras, _ = dataset[number]
        responses = [("gold", f"<answer>{pair.answer}</answer>"), *pair.adversarial]
        for name, response in responses:
            env = skyrl_gym.make(env_class, env_config={}, extras={**extras, "max_turns": 1})
            assert env.init(prompt)[0] == prompt
            step = env.step(response)
            assert step["done"]
            assert step["reward"] == float(name == "gold"), name
