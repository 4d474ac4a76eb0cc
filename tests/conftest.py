"""Fixtures that several folders of tests share."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.pipeline import Kitchen, Pipeline, pipeline_in
from tests.servers.seaweedfs import BUCKET, S3Server, s3_server
from webscale_rl_dagster.rewards import algebra
from webscale_rl_dagster.storage.objects import Objects

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("new", derandomize=False, deadline=None)
settings.load_profile("same")


SHARING = ("tests/browser/", "tests/search/", "tests/web/")
"""Folders whose tests share what takes a minute to make."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file's tests go to one process, and so do all of a folder in `SHARING`."""
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file = str(super()._split_scope(nodeid))
            return next((folder for folder in SHARING if nodeid.startswith(folder)), file)

    return ByFile(config, log)


@pytest.fixture(scope="session", autouse=True)
def algebra_out_of_time_in_a_finaliser() -> Iterator[None]:
    """Is passed over: Python reports what a finaliser swallows, and algebra is told again."""
    report = sys.unraisablehook

    def hook(found: sys.UnraisableHookArgs) -> None:
        if found.exc_type is not algebra._OutOfTime:
            report(found)

    sys.unraisablehook = hook
    yield
    sys.unraisablehook = report


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


@pytest.fixture(scope="session")
def kitchen(tmp_path_factory: pytest.TempPathFactory) -> Kitchen:
    """For what several tests begin with, and each changes."""
    return Kitchen(tmp_path_factory.mktemp("kitchen"))
