"""Files that arrive in the bucket become published pairs without a hand on it."""

from __future__ import annotations

import pytest

from tests.pipeline import town
from tests.production.deployment import Deployment
from tests.production.receiver import receiver
from tests.servers.openai_server import Script
from tests.servers.seaweedfs import BUCKET
from webscale_rl_dagster.storage.tables import Tables

pytestmark = pytest.mark.slow

FOLDER = "corpora/towns"


def versions(tables: Tables, shards: set[str]) -> dict[str, str]:
    """Of every table that these shards have."""
    return {
        key: version
        for key, version in tables.objects.versions("").items()
        if any(key.endswith(f"/{shard}.parquet") for shard in shards)
    }


def test_files_that_arrive_are_published(
    deployment: Deployment, script: tuple[Script, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver() as (webhook, notices):
        monkeypatch.setenv("NOTICES_URL", webhook)
        deployment.configure(
            models={"default": {"engine": "openai", "base_url": script[1], "model": "scripted"}},
            corpora=[
                {
                    "name": "towns",
                    "uri": f"s3://{BUCKET}/{FOLDER}/",
                    "ingestion": {"every_s": 5, "names_sort": True},
                }
            ],
            notifications={"webhook_env": "NOTICES_URL", "on": ["gate_shut"]},
        )
        deployment.drop(f"{FOLDER}/2026-11-20.jsonl", [town(0), town(1)])
        deployment.start()
        tables = deployment.tables()

        def published() -> set[str]:
            return set(tables.shards("verified_qa"))

        deployment.wait(lambda: len(published()) == 1, "the first file is not published")
        deployment.drop(f"{FOLDER}/2026-11-21.jsonl", [town(2), town(3)])
        deployment.wait(lambda: len(published()) == 2, "the second file is not published")
        deployment.drop(f"{FOLDER}/2026-11-19.jsonl", [town(4), town(5)])  # late, an earlier name
        deployment.wait(lambda: len(published()) == 3, "the late file is not published")
        settled = published()
        before = versions(tables, settled)

        unfit = [f"UNFIT {town(number)}" for number in (10, 11)]
        deployment.drop(f"{FOLDER}/2026-11-20.jsonl", unfit)  # overwritten
        deployment.wait(lambda: len(notices) == 1, "nobody was told of the shut gate")
        deployment.drop(f"{FOLDER}/2026-11-22.jsonl", [town(6), town(7)])
        deployment.wait(lambda: len(published()) == 4, "the last file is not published")

        assert versions(tables, settled) == before
        [notice] = notices
        assert "filtered_documents" in notice["text"]
        assert len(set(tables.shards("raw_documents")) - published()) == 1
        for shard in published():
            assert tables.height("verified_qa", shard) > 0
