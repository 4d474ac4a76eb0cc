from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.deployed import Deployed, deployed_in
from tests.pipeline import reply
from tests.servers.openai_server import Script, running
from tests.servers.postgres import PostgresServer, postgres_server
from tests.servers.seaweedfs import S3Server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One Postgres for the whole session; a test that kills it starts one of its own."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def script() -> Script:
    return Script(reply=reply)


@pytest.fixture
def deployed(
    tmp_path: Path, postgres: PostgresServer, seaweedfs: S3Server, script: Script
) -> Iterator[Deployed]:
    """On a database and a folder of the bucket of its own."""
    name = tmp_path.name
    postgres.new_database(name)
    with running(script) as model:
        yield deployed_in(
            tmp_path, postgres.environment_of(name), seaweedfs, model=model, prefix=name
        )
