"""A database that is away, refuses, or was lost; the storage is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from tests.deploy.deployed import DEPLOY, ROOT
from tests.pipeline import Pipeline, town
from tests.servers.openai_server import free_port
from tests.servers.postgres import MISSING, PostgresServer, postgres_server
from webscale_rl_dagster.cli import app
from webscale_rl_dagster.errors import InstanceError
from webscale_rl_dagster.schemas import STAGES

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """DAGSTER_HOME as it is deployed; the logs of runs in this process go nowhere."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text((DEPLOY / "dagster.yaml").read_text())
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    monkeypatch.setenv("DAGSTER_LOGS_BUCKET", "artifacts")
    return home


@pytest.fixture
def stateful(pipeline: Pipeline, home: Path, postgres: PostgresServer) -> Iterator[Pipeline]:
    """The pipeline on a folder, with its state in a database of its own."""
    name = pipeline.folder.name
    postgres.new_database(name)
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in postgres.environment_of(name).items():
            patch.setenv(variable, value)
        yield pipeline


def told(*command: str) -> str:
    """What a command says that Dagster's state is not there for."""
    result: Result = CliRunner().invoke(app, list(command))
    assert isinstance(result.exception, InstanceError), result.output
    said = str(result.exception)
    assert "\n" not in said
    return said


def state() -> dict[str, Any]:
    """What Dagster knows of shards, tables and releases; `status` tells of the verdicts."""
    with dg.DagsterInstance.get() as instance:
        keys = [dg.AssetKey(asset) for asset in (*STAGES, "dataset_release")]
        return {
            "shards": instance.get_dynamic_partitions("shards"),
            "releases": instance.get_dynamic_partitions("releases"),
            "tables": {
                key.to_user_string(): instance.get_materialized_partitions(key) for key in keys
            },
        }


@pytest.mark.parametrize(
    "command",
    [
        ["status"],
        ["run", "--all"],
        ["ingest", "towns.jsonl", "--corpus", "wiki"],
        ["release", "--name", "v1"],
        ["instance", "restore"],
    ],
    ids=" ".join,
)
def test_every_command_says_that_postgres_is_away(
    command: list[str],
    pipeline: Pipeline,
    home: Path,
    postgres: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    environment = postgres.environment | {"DAGSTER_POSTGRES_PORT": str(free_port())}
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.chdir(pipeline.folder)
    pipeline.write("towns.jsonl", [town(0)])
    said = told(*command)
    assert "Connection refused" in said
    assert f"{home / 'dagster.yaml'} says under `storage` where it is" in said


def test_a_wrong_password_is_told_without_it(
    pipeline: Pipeline, home: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = postgres.environment | {"DAGSTER_POSTGRES_PASSWORD": "not-the-password"}
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    said = told("status")
    assert 'password authentication failed for user "dagster"' in said
    assert "not-the-password" not in said


def test_postgres_that_dies_in_the_middle_is_told(
    pipeline: Pipeline, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres_server() as server:
        for variable, value in server.environment.items():
            monkeypatch.setenv(variable, value)
        pipeline.ingest("towns.jsonl", [town(0), town(1)])
        opened = dg.DagsterInstance.from_config

        def opened_then_dead(folder: str) -> dg.DagsterInstance:
            instance = opened(folder)
            server.kill()
            return instance

        with monkeypatch.context() as patch:
            patch.setattr(dg.DagsterInstance, "from_config", opened_then_dead)
            assert "the same command goes on from there" in told("status")
        server.start()
        pipeline("status")


def test_a_home_that_is_none_and_one_without_its_secrets(
    pipeline: Pipeline, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in [name for name in os.environ if name.startswith("DAGSTER_POSTGRES_")]:
        monkeypatch.delenv(variable)
    assert "it takes values from DAGSTER_POSTGRES_USER, DAGSTER_POSTGRES_PASSWORD" in told("status")
    monkeypatch.setenv("DAGSTER_HOME", str(home / "nothing"))
    assert f"use {pipeline.settings['storage']}.dagster" in told("status")
    assert not (home / "nothing").exists()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("storag: {}", 'Received unexpected config entry "storag" at the root.'),
        ("storage: [", "it is no YAML"),
        (
            "compute_logs: {module: not_installed, class: Logs, config: {}}",
            "names a compute_log_manager that cannot be loaded",
        ),
    ],
)
def test_a_wrong_dagster_yaml(written: str, said: str, pipeline: Pipeline, home: Path) -> None:
    (home / "dagster.yaml").write_text(written)
    assert said in told("instance", "check")


def test_a_dagster_yaml_without_limits_is_warned_of(pipeline: Pipeline, home: Path) -> None:
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    found = pipeline("instance", "check")
    assert "no limit for the tag dagster/partition" in found.stderr
    assert "no limit for the tag webscale_rl/ingests" in found.stderr
    assert "is open: 0 shards" in found.stdout


def test_an_empty_database_is_restored_from_the_storage(
    stateful: Pipeline, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stateful.ingest("towns.jsonl", [town(number) for number in range(4)])
    stateful.ingest("unfit.jsonl", [f"UNFIT {town(number)}" for number in range(6, 10)])
    stateful("run", "--all", exit_code=3)
    stateful("release", "--name", "v1")
    stateful.ingest("late.jsonl", [town(20), town(21)])
    before, known = stateful.status(), state()
    asked = len(stateful.script.requests)

    name = f"{stateful.folder.name}_new"
    postgres.new_database(name)
    monkeypatch.setenv("DAGSTER_POSTGRES_DB", name)
    assert stateful.status() != before
    first = stateful("instance", "restore").stdout
    assert "3 shards on" in first
    assert stateful.status() == before
    assert state() == known
    assert "0 tables and 0 releases were new" in stateful("instance", "restore").stdout
    assert state() == known

    stateful("run", "--all", exit_code=3)
    fresh = stateful.script.requests[asked:]
    assert not any("Aldermoor" in str(request) for request in fresh), "paid for again"


def test_the_script_and_the_tests_say_the_same() -> None:
    assert MISSING in (ROOT / "scripts/postgres.sh").read_text()
