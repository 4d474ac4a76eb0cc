"""What needs Ray, torch or datasets, but no trainer that can be installed."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import pytest

from tests.exports.releases import PAIRS
from tests.exports.written import load, rows
from webscale_rl_dagster.exports import FORMATS, load_format
from webscale_rl_dagster.exports.export import export
from webscale_rl_dagster.releases.reading import Release


@pytest.mark.parametrize("name", FORMATS)
def test_datasets_reads_every_format(name: str, release: Release, tmp_path: Path) -> None:
    from datasets import load_dataset

    out = tmp_path / "out"
    export(release, load_format(name), out)
    path = out / load_format(name).data.format(split="train")
    kind = {".parquet": "parquet", ".jsonl": "json"}[path.suffix]
    dataset = load_dataset(kind, data_files=str(path), split="train")
    assert dataset.to_list() == rows(path)


def test_nemo_rl_steps_our_environment(release: Release, tmp_path: Path) -> None:
    """On the interface of nemo_rl/environments/interfaces.py (NVIDIA-NeMo/RL, 0b8a793a)."""
    out = export(release, load_format("nemo_rl"), tmp_path / "out").folder
    with patch.dict(sys.modules, nemo_rl_modules()):
        actor = load(out / "webscale_rl_env.py").WebscaleEnvironment
    environment = actor.__ray_metadata__.modified_class({})
    exported = rows(out / "train.jsonl")
    for row, pair in zip(exported, PAIRS, strict=False):
        said = [("gold", f"<answer>{pair.answer}</answer>"), *pair.adversarial]
        conversations = [
            [{"role": "user", "content": row["input"]}, {"role": "assistant", "content": reply}]
            for _, reply in said
        ]
        metadata = [{"ground_truth": row["output"]}] * len(said)
        step = environment.step(conversations, metadata)
        assert step.rewards.tolist() == [float(name == "gold") for name, _ in said]
        assert step.terminateds.tolist() == [1.0] * len(said)
        assert step.metadata == metadata


def nemo_rl_modules() -> dict[str, ModuleType]:
    from typing import Generic, NamedTuple, TypeVar

    from torch import Tensor

    metadata = TypeVar("metadata")

    class EnvironmentReturn(NamedTuple):
        observations: list[dict[str, str]]
        metadata: list[object]
        next_stop_strings: list[list[str] | None] | list[None]
        rewards: Tensor
        terminateds: Tensor
        answers: list[str | None] | None = None

    class EnvironmentInterface(Generic[metadata]):
        pass

    names = ("nemo_rl", "nemo_rl.environments", "nemo_rl.environments.interfaces")
    modules = {name: ModuleType(name) for name in names}
    modules[names[-1]].EnvironmentReturn = EnvironmentReturn  # type: ignore[attr-defined]
    modules[names[-1]].EnvironmentInterface = EnvironmentInterface  # type: ignore[attr-defined]
    return modules
