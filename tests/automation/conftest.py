"""A corpus whose files arrive, in a folder and in SeaweedFS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.automation.corpus import Arriving, arriving, secrets
from tests.corpora.arrivals.places import Bucket, Folder
from tests.servers.seaweedfs import BUCKET
from webscale_rl_dagster.automation import ingested_shards
from webscale_rl_dagster.automation.ingestion import batching
from webscale_rl_dagster.corpora.arrivals import batches
from webscale_rl_dagster.corpora.arrivals.folder import FolderListing


@pytest.fixture
def towns(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Arriving]:
    """Empty, in a folder unless the test asks for S3; nothing waits for writers to be done."""
    monkeypatch.setattr(ingested_shards, "_SETTLES_S", 0)
    monkeypatch.setattr(FolderListing, "settles_s", 0.0)
    if getattr(request, "param", "folder") == "folder":
        with arriving(str(tmp_path / "store"), Folder(tmp_path / "corpus"), {}) as made:
            yield made
        return
    server = request.getfixturevalue("seaweedfs")
    section, environment = secrets(server)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    bucket = Bucket(server, f"corpora/{tmp_path.name}")
    with arriving(f"s3://{BUCKET}/{tmp_path.name}", bucket, section) as made:
        yield made
    bucket.client.close()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that ended is over, and what it came to nothing with is tried again, without delay."""
    monkeypatch.setattr(batching, "_GRACE_S", -1)
    monkeypatch.setattr(batching, "_RESTS_S", -1)
    monkeypatch.setattr(batches, "_RESTS", batches._RESTS * 0)
