"""deploy/compose.yaml, read by Docker Compose itself; no container is started."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from tests.deploy.deployed import DEPLOY, ROOT
from tests.servers.openai_server import free_port
from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.storage import stores
from webscale_rl_dagster.storage.connected import tables_of

COMPOSE = Path(sys.executable).parent / "docker-compose"
SECRETS = ("DAGSTER_POSTGRES_PASSWORD", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
DAGSTER = {"code", "daemon", "webserver", "audit"}
"""Services of our own image."""


def compose(
    settings: dict[str, str], *options: str, folder: Path = DEPLOY
) -> subprocess.CompletedProcess[str]:
    """With deploy/.env.example, and these values in it."""
    lines = (DEPLOY / ".env.example").read_text().splitlines()
    example = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    command = [COMPOSE, "--file", folder / "compose.yaml", "--env-file", os.devnull]
    return subprocess.run(
        [*command, "--profile", "*", "config", *options],
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")} | example | settings,
        capture_output=True,
        text=True,
        check=False,
    )


def services_of(folder: Path = DEPLOY, **settings: str) -> dict[str, Any]:
    """What Compose makes of the file with these values in .env."""
    made_up = dict.fromkeys(SECRETS, "made-up") | settings
    read = compose(made_up, "--format", "json", folder=folder)
    assert read.returncode == 0, read.stderr
    found: dict[str, Any] = json.loads(read.stdout)["services"]
    return found


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return services_of()


def in_the_daemon(monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
    """With its environment, and nothing of AWS's that is set here."""
    for name in list(os.environ):
        if name.startswith("AWS_") or name.upper() == "NO_PROXY":
            monkeypatch.delenv(name)
    for name, value in services_of(**settings)["daemon"]["environment"].items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_has_a_default(secret: str) -> None:
    given = dict.fromkeys(SECRETS, "made-up")
    del given[secret]
    read = compose(given)
    assert read.returncode != 0
    assert f"required variable {secret} is missing a value" in read.stderr


def test_the_role_of_a_machine_is_a_key_that_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    in_the_daemon(monkeypatch, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(StorageError, match="a role is attached to the machine"):
        tables_of(load_config(DEPLOY / "pipeline/pipeline.trial.yaml"))


def test_a_postgres_elsewhere_is_named_to_every_part() -> None:
    elsewhere = {"DAGSTER_POSTGRES_HOST": "db.example", "DAGSTER_POSTGRES_USER": "somebody"}
    found = services_of(**elsewhere)
    assert all(elsewhere.items() <= found[name]["environment"].items() for name in DAGSTER)
    waiting = [found[name]["depends_on"] for name in ("daemon", "webserver")]
    assert [needed["postgres"]["required"] for needed in waiting] == [False, False]
    assert found["postgres"]["profiles"] == ["postgres"]


def test_the_logs_of_runs_go_by_the_region_too(monkeypatch: pytest.MonkeyPatch) -> None:
    in_the_daemon(monkeypatch, AWS_REGION="eu-central-1", AWS_ENDPOINT_URL="")
    settings = yaml.safe_load((DEPLOY / "dagster.yaml").read_text())["compute_logs"]["config"]
    assert "region" not in settings
    assert boto3.session.Session().client("s3").meta.region_name == "eu-central-1"


def test_the_services(services: dict[str, Any]) -> None:
    assert set(services) == DAGSTER | {"postgres", "s3", "vllm"}
    assert all("healthcheck" in service for service in services.values())
    assert all(service["restart"] == "unless-stopped" for service in services.values())
    images = [service["image"] for service in services.values() if "build" not in service]
    assert all(":" in image and not image.endswith(":latest") for image in images)


def test_only_pages_are_published_and_on_this_machine_alone(services: dict[str, Any]) -> None:
    ports = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert {name: port["host_ip"] for name, [port] in ports.items()} == {
        "webserver": "127.0.0.1",
        "audit": "127.0.0.1",
    }


def test_what_is_mounted_is_there(services: dict[str, Any]) -> None:
    mounts = [mount for service in services.values() for mount in service.get("volumes", [])]
    bound = {(mount["source"], mount["target"]) for mount in mounts if mount["type"] == "bind"}
    assert bound == {(str(DEPLOY / "pipeline"), "/etc/webscale-rl")}
    named = services["daemon"]["environment"]["WEBSCALE_RL_CONFIG"]
    assert named == "/etc/webscale-rl/pipeline.trial.yaml"
    assert (DEPLOY / "pipeline" / Path(named).name).is_file()


def test_secrets_that_the_pipeline_names_reach_the_parts(tmp_path: Path) -> None:
    folder = tmp_path / "deploy"
    folder.mkdir()
    shutil.copy(DEPLOY / "compose.yaml", folder)
    (folder / "secrets.env").write_text("OPENAI_API_KEY=made-up\n")
    found = services_of(folder)
    having = {name for name in found if "OPENAI_API_KEY" in found[name].get("environment", {})}
    assert having == DAGSTER


def variables(value: Any) -> set[str]:
    """The environment variables that a file of Dagster's takes values from."""
    if isinstance(value, list):
        return {name for item in value for name in variables(item)}
    if isinstance(value, dict):
        if set(value) == {"env"}:
            return {value["env"]}
        return {name for item in value.values() for name in variables(item)}
    return set()


def wanted() -> set[str]:
    """By dagster.yaml and workspace.yaml."""
    files = [
        yaml.safe_load((DEPLOY / f"{name}.yaml").read_text()) for name in ("dagster", "workspace")
    ]
    found = variables(files)
    assert "DAGSTER_POSTGRES_PASSWORD" in found
    return found


@pytest.mark.parametrize("service", sorted(DAGSTER))
def test_dagster_has_the_variables_that_it_reads(service: str, services: dict[str, Any]) -> None:
    assert wanted() <= set(services[service]["environment"])


def test_who_has_no_containers_is_told_of_every_variable() -> None:
    page = (ROOT / "docs/deployment.md").read_text()
    [section] = re.findall(r"^## One machine, without containers$(.+?)^## ", page, re.M | re.S)
    assert wanted() <= set(re.findall(r"^    (\w+)=", section, re.M))


def test_with_aws_itself_a_key_that_is_wrong_is_one_paragraph(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The address is there and empty then; neither AWS nor a way to it is."""
    in_the_daemon(monkeypatch, AWS_ENDPOINT_URL="")
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setattr(stores, "FIRST_ANSWER", timedelta(seconds=1))
    with pytest.raises(StorageError, match="s3://webscale-rl/storage cannot be used"):
        tables_of(load_config(DEPLOY / "pipeline/pipeline.trial.yaml"))


def test_a_gpu_is_asked_for(services: dict[str, Any]) -> None:
    [device] = services["vllm"]["deploy"]["resources"]["reservations"]["devices"]
    assert (device["driver"], device["capabilities"]) == ("nvidia", ["gpu"])


def test_the_trial_has_its_bucket_and_production_wants_one(services: dict[str, Any]) -> None:
    trial = load_config(DEPLOY / "pipeline/pipeline.trial.yaml").storage
    buckets = services["s3"]["environment"]["S3_BUCKET"].split(",")
    assert trial.removeprefix("s3://").split("/")[0] in buckets
    assert load_config(DEPLOY / "pipeline/pipeline.yaml").storage.startswith("s3://YOUR-BUCKET/")
