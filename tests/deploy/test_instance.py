"""deploy/dagster.yaml and deploy/workspace.yaml, read by Dagster itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.instance.config import PoolGranularity

from tests.deploy.deployed import DEPLOY, LOGS, Deployed
from tests.pipeline import town
from tests.servers.seaweedfs import BUCKET, S3Server
from tests.waiting import wait_until
from webscale_rl_dagster.storage.objects import Objects

pytestmark = pytest.mark.slow


@pytest.fixture
def instance(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    for name, value in deployed.environment.items():
        monkeypatch.setenv(name, value)
    with dg.DagsterInstance.from_config(deployed.environment["DAGSTER_HOME"]) as found:
        yield found


def corpus(folder: Path) -> Path:
    path = folder / "towns.jsonl"
    lines = (json.dumps({"text": town(number), "licence": "CC0-1.0"}) for number in range(4))
    path.write_text("\n".join(lines) + "\n")
    return path


def test_dagster_takes_every_section(instance: dg.DagsterInstance) -> None:
    queue = instance.get_concurrency_config()
    assert queue.run_queue_config is not None
    assert queue.run_queue_config.max_concurrent_runs == 8
    assert queue.run_queue_config.tag_concurrency_limits == [
        {"key": "dagster/partition", "value": {"applyLimitPerUniqueValue": True}, "limit": 1},
        {"key": "webscale_rl/ingests", "limit": 1},
    ]
    assert (queue.pool_config.pool_granularity, queue.pool_config.default_pool_limit) == (
        PoolGranularity.RUN,
        4,
    )
    assert instance.run_monitoring_enabled
    assert instance.run_launcher.supports_check_run_worker_health
    assert (instance.run_retries_enabled, instance.run_retries_max_retries) == (True, 3)
    assert not instance.run_retries_retry_on_asset_or_op_failure
    assert not instance.telemetry_enabled
    assert instance.event_log_storage.supports_global_concurrency_limits


def test_a_queued_run_is_made_and_its_logs_are_in_the_bucket(
    deployed: Deployed, instance: dg.DagsterInstance, seaweedfs: S3Server
) -> None:
    deployed.run("webscale-rl", "ingest", str(corpus(deployed.folder)), "--corpus", "wiki")
    [shard] = instance.get_dynamic_partitions("shards")
    workspace = ["--workspace", str(DEPLOY / "workspace.yaml")]
    place = ["--host", "127.0.0.1", "--port", deployed.environment["WEBSCALE_RL_CODE_PORT"]]
    module = ["--module-name", "webscale_rl_dagster.definitions"]
    assert "1 shard" in deployed.run("webscale-rl", "instance", "check")
    deployed.run("dagster", "instance", "migrate")
    with (
        deployed.serving("dagster", "code-server", "start", *place, *module) as code,
        deployed.serving("dagster-daemon", "run", *workspace) as daemon,
    ):
        wait_until(lambda: "Started Dagster code proxy server" in code.read_text(), code.read_text)
        tags = json.dumps({"dagster/partition": shard})
        deployed.run("dagster", "job", "launch", *workspace, "--job", "make_pairs", "--tags", tags)
        [run] = instance.get_runs(dg.RunsFilter(job_name="make_pairs"))

        def status() -> dg.DagsterRunStatus:
            found = instance.get_run_by_id(run.run_id)
            assert found is not None
            return found.status

        wait_until(
            lambda: status() in {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE},
            daemon.read_text,
        )
        assert status() is dg.DagsterRunStatus.SUCCESS, daemon.read_text()
        logs = Objects(f"s3://{BUCKET}/{LOGS}", s3=seaweedfs.options())
        wait_until(lambda: any(run.run_id in key for key in logs.versions("")), daemon.read_text)
    [row] = json.loads(deployed.run("webscale-rl", "status", "--json"))["shards"]
    assert (row["gate"]["open"], row["published"] > 0) == (True, True)
