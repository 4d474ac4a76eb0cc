"""A run that is cancelled in the Dagster UI ends soon, and nothing it paid for is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline import Pipeline, town
from tests.servers.openai_server import free_port
from tests.waiting import PATIENCE_S, wait_until
from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.home import dagster_home

pytestmark = pytest.mark.slow

IN_FLIGHT = 8
AT_ONCE = """
run_coordinator:
  module: dagster.core.run_coordinator
  class: DefaultRunCoordinator
"""
"""Starts runs in the webserver, where the default leaves them to the daemon's queue."""
LAUNCH = """
mutation ($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
  }
}"""
TERMINATE = """
mutation ($run: String!) { terminateRun(runId: $run) { __typename } }"""
STATUS = """
query ($run: ID!) { runOrError(runId: $run) { ... on Run { status } } }"""
LOCATIONS = """
query { repositoriesOrError { ... on RepositoryConnection {
  nodes { name location { name } } } } }"""


@contextmanager
def webserver(pipeline: Pipeline) -> Iterator[str]:
    port = free_port()
    home = dagster_home(load_config(pipeline.folder / "pipeline.yaml"))
    (home / "dagster.yaml").write_text(AT_ONCE)
    command = [sys.executable, "-m", "dagster_webserver", "-m", "webscale_rl_dagster.definitions"]
    environment = os.environ | {"DAGSTER_HOME": str(home)}
    with (pipeline.folder / "webserver.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "--port", str(port)],
            env=environment,
            cwd=Path(__file__).parents[1],
            stdout=log,
            stderr=log,
        )
    try:
        yield f"http://127.0.0.1:{port}/graphql"
    finally:
        server.terminate()
        server.wait(PATIENCE_S)


def ask(url: str, query: str, **variables: Any) -> dict[str, Any]:
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(url, body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        answer: dict[str, Any] = json.load(response)
    assert "errors" not in answer, answer
    return answer["data"]


def answers(url: str) -> bool:
    try:
        return bool(ask(url, LOCATIONS)["repositoriesOrError"]["nodes"])
    except OSError:
        return False


def test_a_cancelled_run_ends_soon_and_loses_nothing(pipeline: Pipeline) -> None:
    pipeline.script.latency_s = 2.0
    pipeline.ingest("towns.jsonl", [town(number) for number in range(60)])
    with webserver(pipeline) as url:
        wait_until(lambda: answers(url))
        [node] = ask(url, LOCATIONS)["repositoriesOrError"]["nodes"]
        params = {
            "selector": {
                "repositoryLocationName": node["location"]["name"],
                "repositoryName": node["name"],
                "pipelineName": "make_pairs",
            },
            "mode": "default",
            "executionMetadata": {
                "tags": [{"key": "dagster/partition", "value": pipeline.shards[0]}]
            },
        }
        launched = ask(url, LAUNCH, params=params)["launchRun"]
        run = launched["run"]["runId"]
        pipeline.wait_for_requests(16)
        ask(url, TERMINATE, run=run)
        wait_until(lambda: ask(url, STATUS, run=run)["runOrError"]["status"] == "CANCELED")
    paid = len(pipeline.script.requests)
    assert paid < 60
    pipeline.script.latency_s = 0.0
    pipeline("run", "--all")
    assert sum(count - 1 for count in pipeline.script.prompts.values()) <= IN_FLIGHT
