"""Fixtures that several folders of tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.pipeline import Pipeline, pipeline_in
from tests.servers.seaweedfs import BUCKET, S3Server, s3_server
from webscale_rl_dagster.storage.objects import Objects

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("new", derandomize=False, deadline=None)
settings.load_profile("same")


@pytest.fixture(scope="session")
def seaweedfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """One S3 server for the whole session."""
    with s3_server(tmp_path_factory.mktemp("seaweedfs")) as server:
        yield server


@pytest.fixture(params=["folder", "s3"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    """An empty root, once on a folder and once on S3."""
    if request.param == "folder":
        return Objects(str(tmp_path / "root"))
    server: S3Server = request.getfixturevalue("seaweedfs")
    return Objects(f"s3://{BUCKET}/{tmp_path.name}", s3=server.options())


@pytest.fixture
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipeline]:
    """The pipeline on a folder, against a scripted OpenAI-compatible server."""
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setenv("WEBSCALE_RL_CONFIG", str(tmp_path / "pipeline.yaml"))
    with pipeline_in(tmp_path) as found:
        yield found
