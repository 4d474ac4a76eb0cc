"""Twenty kills of what twenty shards lean on: nothing is lost, doubled or paid for twice."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress

import polars as pl
import pytest

from tests.pipeline import town
from tests.production.deployment import Deployment
from tests.servers.openai_server import Script
from tests.servers.seaweedfs import BUCKET
from webscale_rl_dagster.errors import StorageError

pytestmark = pytest.mark.slow

SHARDS, KILLS, IN_FLIGHT = 20, 20, 4
VICTIMS = ("daemon", "worker", "s3", "postgres")


def kill(deployment: Deployment, victim: str, workers: list[int]) -> int:
    """By SIGKILL, and start again what a supervisor restarts; the runs that it may have cut off."""
    if victim == "daemon":
        deployment.kill_daemon()
        deployment.start_daemon()
        return 0
    if victim == "worker":
        with suppress(ProcessLookupError):
            os.kill(workers[0], signal.SIGKILL)
        return 1
    server = deployment.s3 if victim == "s3" else deployment.postgres
    server.kill()
    time.sleep(1)
    server.start()
    return len(workers)


def test_twenty_kills_lose_and_double_nothing(
    deployment: Deployment, script: tuple[Script, str]
) -> None:
    server, url = script
    server.latency_s = 0.5
    engine = {"engine": "openai", "base_url": url, "model": "scripted", "max_in_flight": IN_FLIGHT}
    deployment.configure(
        models={"default": engine},
        corpora=[
            {
                "name": "towns",
                "uri": f"s3://{BUCKET}/corpora/towns/",
                "ingestion": {"every_s": 2, "max_queued_shards": 10},
            }
        ],
    )
    files = 0

    def drop() -> None:
        nonlocal files
        texts = [town(2 * files), town(2 * files + 1)]
        deployment.drop(f"corpora/towns/{files:02d}.jsonl", texts)
        files += 1

    while files < SHARDS:
        drop()
    deployment.start()
    tables = deployment.tables()

    def published() -> int:
        try:
            return len(tables.shards("verified_qa"))
        except StorageError:  # the server was just killed
            return 0

    chance = random.Random(7)
    victims = list(VICTIMS) * (KILLS // len(VICTIMS))
    chance.shuffle(victims)
    window = 0
    deployment.wait(lambda: server.requests, "no run began")
    for victim in victims:
        time.sleep(chance.uniform(0.5, 6))
        if published() == files:
            drop()
        workers = deployment.wait(deployment.workers, "nothing is under way")
        window += kill(deployment, victim, workers) * IN_FLIGHT

    drop()  # whose success has whatever failed meanwhile tried again
    deployment.wait(lambda: published() == files, "not all came to an end", seconds=1500)
    documents = pl.concat(
        tables.read("raw_documents", shard) for shard in tables.shards("raw_documents")
    )
    assert documents.filter("kept").height == 2 * files
    pairs = pl.concat(tables.read("verified_qa", shard) for shard in tables.shards("verified_qa"))
    assert pairs["qa_id"].n_unique() == pairs.height
    assert pairs["document_id"].n_unique() == 2 * files
    assert server.prompts.total() - len(server.prompts) <= window
