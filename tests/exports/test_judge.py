"""A model decides for the reward where rules cannot tell, over a real HTTP server."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.servers.openai_server import Script, running
from webscale_rl_dagster.config import EngineConfig
from webscale_rl_dagster.errors import RequestFailed
from webscale_rl_dagster.exports.judge import ModelJudge
from webscale_rl_dagster.rewards import score

GOLD = "Alexander Fleming"
QUESTION = "Who discovered penicillin?"


def reply(body: dict[str, Any]) -> str:
    """Takes any Fleming that is no Ian for the discoverer."""
    task = body["messages"][-1]["content"].splitlines()[-1]
    return json.dumps({"reason": "by name", "equivalent": "Ian" not in task})


def config(url: str) -> EngineConfig:
    return EngineConfig(engine="openai", base_url=url, model="judge", attempts=1)


def reward(judge: ModelJudge, response: str) -> float:
    return score(response, GOLD, answer_type="entity", question=QUESTION, judge=judge)


def test_only_what_rules_cannot_tell_is_asked_and_once(tmp_path: Path) -> None:
    script = Script(reply=reply)
    with running(script) as url:
        for _ in range(2):
            with ModelJudge(config(url), str(tmp_path)) as judge:
                assert reward(judge, "Alexander Fleming") == 1.0
                assert reward(judge, "Howard Florey") == 0.0
                assert reward(judge, "Fleming of St Mary's Hospital") == 1.0
                assert reward(judge, "Ian Lancaster Fleming") == 0.0
                assert judge(QUESTION, GOLD, "Fleming " * 100) is False
    assert len(script.requests) == 2, "the second judge finds both in the journal"


def test_threads_are_judged_at_once(tmp_path: Path) -> None:
    script = Script(reply=reply, gather=8)
    responses = [f"Fleming, {number} years old" for number in range(8)]
    with (
        running(script) as url,
        ModelJudge(config(url), str(tmp_path)) as judge,
        ThreadPoolExecutor(8) as pool,
    ):
        assert all(pool.map(lambda response: judge(QUESTION, GOLD, response), responses))
    assert script.most_at_once == 8


def test_what_cannot_be_judged_is_no_reward_and_an_outage_is_an_error(tmp_path: Path) -> None:
    script = Script(reply=lambda body: "no JSON at all")
    with running(script) as url, ModelJudge(config(url), str(tmp_path)) as judge:
        assert judge(QUESTION, GOLD, "Fleming, A.") is False
        script.faults = ["server_error"]
        with pytest.raises(RequestFailed, match="could not be asked"):
            judge(QUESTION, GOLD, "Fleming, the physician")
