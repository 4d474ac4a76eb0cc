"""Servers of their own for each test: they are killed at random."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipeline import reply
from tests.production.deployment import Deployment, deployment_in
from tests.servers.openai_server import Script, running
from tests.servers.postgres import postgres_server
from tests.servers.seaweedfs import s3_server


@pytest.fixture
def script() -> Iterator[tuple[Script, str]]:
    """A model of fair quality, and its base URL."""
    script = Script(reply=reply, latency_s=0.02)
    with running(script) as url:
        yield script, url


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    with (
        s3_server(tmp_path) as s3,
        postgres_server() as postgres,
        deployment_in(tmp_path, s3, postgres) as found,
    ):
        yield found
