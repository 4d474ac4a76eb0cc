"""Nothing paid is lost: a killed run goes on where it was, on a folder and on S3."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path

import pytest

from tests.pipeline import Pipeline, town
from tests.servers.seaweedfs import BUCKET, S3Server
from tests.waiting import PATIENCE_S
from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.storage.connected import tables_of

pytestmark = pytest.mark.slow

IN_FLIGHT = 8
DOCUMENTS = [town(number) for number in range(40)]


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_run_sends_again_only_what_was_under_way(pipeline: Pipeline, seed: int) -> None:
    pipeline.script.latency_s = 0.05
    pipeline.ingest("towns.jsonl", DOCUMENTS)
    with pipeline.process("run", "--all"):
        pipeline.wait_for_requests(random.Random(seed).randint(10, 100))
    pipeline("run", "--all")
    repeated = sum(count - 1 for count in pipeline.script.prompts.values())
    assert repeated <= IN_FLIGHT
    status = pipeline.status()
    assert status["shards"][0]["reconciled"]
    ids = pipeline.verified()["qa_id"]
    assert ids.n_unique() == len(ids) > 30


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_ends_soon_and_loses_nothing(
    pipeline: Pipeline, number: signal.Signals
) -> None:
    pipeline.script.latency_s = 0.5
    pipeline.ingest("towns.jsonl", DOCUMENTS)
    with pipeline.process("run", "--all") as run:
        pipeline.wait_for_requests(20)
        run.send_signal(number)
        assert run.wait(PATIENCE_S) == 130
    made = len(pipeline.script.requests)
    pipeline.script.latency_s = 0.0
    pipeline("run", "--all")
    assert made < len(pipeline.script.prompts) / 2
    assert sum(count - 1 for count in pipeline.script.prompts.values()) <= IN_FLIGHT


def test_two_runs_of_one_shard_at_once_end_as_one(pipeline: Pipeline) -> None:
    """The second waits for the first, and finds all calls in the journal."""
    pipeline.script.latency_s = 0.02
    pipeline.ingest("towns.jsonl", DOCUMENTS)
    with pipeline.process("run", "--all") as one, pipeline.process("run", "--all") as other:
        assert [run.wait(PATIENCE_S) for run in (one, other)] == [0, 0]
    assert set(pipeline.script.prompts.values()) == {1}
    ids = pipeline.verified()["qa_id"]
    assert ids.n_unique() == len(ids) > 30
    assert pipeline.status()["shards"][0]["gate"] == {"open": True, "failed": []}


def test_the_whole_pipeline_on_s3(
    pipeline: Pipeline, seaweedfs: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Configured as the README says: the address in the file, credentials in the environment."""
    for name, value in seaweedfs.options().items():
        monkeypatch.setenv(name.upper(), value)
    monkeypatch.chdir(tmp_path)
    pipeline.configure(storage=f"s3://{BUCKET}/{tmp_path.name}")
    pipeline.ingest("towns.jsonl", DOCUMENTS[:6])
    pipeline("run", "--all")
    calls = len(pipeline.script.requests)
    assert calls > 0
    pipeline("run", "--all")
    assert len(pipeline.script.requests) == calls
    tables = tables_of(load_config(pipeline.folder / "pipeline.yaml"))
    assert tables.read("verified_qa", tables.shards("verified_qa")[0]).height >= 6
    assert not (tmp_path / "s3:").exists()
    assert os.listdir(tmp_path / ".webscale-rl.dagster")
