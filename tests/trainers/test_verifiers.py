from __future__ import annotations

import asyncio
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.exports.releases import PAIRS
from webscale_rl_dagster.exports import load_format
from webscale_rl_dagster.exports.export import export
from webscale_rl_dagster.releases.reading import Release


@pytest.fixture
def package(release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The exported package, importable as it is once installed."""
    out = export(release, load_format("verifiers"), tmp_path / "out").folder
    monkeypatch.syspath_prepend(str(out))
    yield out
    for name in [name for name in sys.modules if name.split(".")[0] == "webscale_rl"]:
        del sys.modules[name]


def tasks(split: str = "train") -> list[Any]:
    import verifiers.v1 as vf

    config = vf.taskset_config_type("webscale-rl")(id="webscale-rl", split=split)
    return list(vf.load_taskset(config))


def score(task: Any, reply: str) -> float:
    """By the task's own scoring, over a trace with that reply."""
    import verifiers.v1 as vf

    trace = vf.Trace.model_construct(
        task=None, root_reply=reply, rewards={}, metrics={}, info={}, state=vf.State()
    )
    asyncio.run(task.score(trace))
    return sum(reward.value * reward.weight for reward in trace.rewards.values())


def test_the_taskset_loads_every_row_of_a_split_under_its_id(package: Path) -> None:
    loaded = tasks()
    assert len(loaded) == 18
    assert loaded[3].key == loaded[3].data.id == "wiki.3f9a1c.00000.train00000003"
    assert loaded[3].data.prompt.startswith(PAIRS[3].question)
    assert len(tasks("test")) == 9


@pytest.mark.usefixtures("package")
def test_golds_score_1_and_adversarial_responses_0() -> None:
    for task, pair in zip(tasks(), PAIRS, strict=False):
        assert asyncio.run(task.validate(None))
        assert score(task, f"Well. <answer>{pair.answer}</answer>") == 1.0
        assert [name for name, reply in pair.adversarial if score(task, reply)] == []


def test_the_environment_loads_as_usage_configures_it(package: Path) -> None:
    import verifiers.v1 as vf

    usage = (package / "USAGE.txt").read_text()
    toml = tomllib.loads(usage[usage.index("[[") :])
    (source,) = toml["orchestrator"]["train"]["source"]
    environment = vf.load_environment(vf.resolve_env_config(source["env"]))
    assert len(list(environment.taskset)) == 18
    assert environment.config.agent.harness.id == "null"
    assert environment.config.agent.runtime.type == "subprocess"
