"""Two processes on one storage at once: the result is that of one.

As of two machines, where each has a Dagster of its own and no queue and no lock keeps them apart;
and as of one machine, where both tell one Dagster of the same shards.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.automation.corpus import secrets
from tests.pipeline import Pipeline, town
from tests.servers.seaweedfs import BUCKET
from tests.waiting import PATIENCE_S
from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.storage.connected import tables_of

_COMMAND = "from webscale_rl_dagster.cli import main; main()"
DOCUMENTS = 40


@pytest.fixture(params=["folder", "s3"])
def shared(
    request: pytest.FixtureRequest, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> Pipeline:
    """A pipeline whose storage is a folder or a bucket, in shards of ten documents."""
    if request.param == "s3":
        section, environment = secrets(request.getfixturevalue("seaweedfs"))
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        pipeline.configure(s3=section, storage=f"s3://{BUCKET}/{pipeline.folder.name}")
    pipeline.configure(shard_documents=10)
    return pipeline


def at_once(
    pipeline: Pipeline, *commands: tuple[str, ...], homes: tuple[int, ...] = (1, 2)
) -> list[int]:
    """The exit codes of commands, each in its home."""
    config = str(pipeline.folder / "pipeline.yaml")
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _COMMAND, "--config", config, *command],
            env=os.environ | {"DAGSTER_HOME": str(home_of(pipeline, machine))},
            stdout=subprocess.DEVNULL,
        )
        for machine, command in zip(homes, commands, strict=True)
    ]
    return [process.wait(timeout=PATIENCE_S) for process in running]


def home_of(pipeline: Pipeline, machine: int) -> Path:
    home = pipeline.folder / f"home-{machine}"
    home.mkdir(exist_ok=True)
    settings = {"telemetry": {"enabled": False}}
    (home / "dagster.yaml").write_text(yaml.safe_dump(settings))
    return home


def stored(pipeline: Pipeline, table: str, *columns: str) -> list[tuple[Any, ...]]:
    """Rows of every shard, in order."""
    tables = tables_of(load_config(pipeline.folder / "pipeline.yaml"))
    return [
        (shard, *row)
        for shard in tables.shards(table)
        for row in tables.read(table, shard).select(columns).rows()
    ]


def test_two_ingesters_of_one_file(shared: Pipeline) -> None:
    path = shared.write("towns.jsonl", [town(number) for number in range(DOCUMENTS)])
    command = ("ingest", str(path), "--corpus", "towns")
    assert at_once(shared, command, command) == [0, 0]
    rows = stored(shared, "raw_documents", "source_row", "kept", "text")
    assert [row[1:] for row in rows] == [(n, True, town(n)) for n in range(DOCUMENTS)]
    assert len({row[0] for row in rows}) == 4
    shared("ingest", str(path), "--corpus", "towns")
    assert stored(shared, "raw_documents", "source_row", "kept", "text") == rows


def test_two_ingesters_of_one_content_tell_one_dagster(pipeline: Pipeline) -> None:
    """A file and its copy, in shards enough that both tell of one at the same moment.

    And of a Dagster that neither finds made.
    """
    pipeline.configure(shard_documents=4)
    texts = [town(number) for number in range(DOCUMENTS)]
    commands = [
        ("ingest", str(pipeline.write(name, texts)), "--corpus", "towns")
        for name in ("towns.jsonl", "copy.jsonl")
    ]
    assert at_once(pipeline, *commands, homes=(1, 1)) == [0, 0]
    rows = stored(pipeline, "raw_documents", "kept", "text")
    assert [row[1:] for row in rows] == [(True, text) for text in texts]


@pytest.mark.parametrize("shared", ["s3"], indirect=True)
def test_two_runs_of_one_shard(shared: Pipeline) -> None:
    """Each may find a gate stale that the other's tables shut; one more run then publishes."""
    path = shared.write("towns.jsonl", [town(number) for number in range(10)])
    shared("ingest", str(path), "--corpus", "towns")
    assert set(at_once(shared, ("run", "--all"), ("run", "--all"))) <= {0, 1, 3}
    shared("run", "--all")
    pairs = stored(shared, "verified_qa", "qa_id", "question", "answer")
    assert len(pairs) > 0
    assert len({pair[1] for pair in pairs}) == len(pairs)
    assert all(shard["reconciled"] for shard in shared.status()["shards"])
