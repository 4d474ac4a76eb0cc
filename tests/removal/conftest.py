"""A pipeline that every test may change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.pipeline import Kitchen, Pipeline
from tests.removal.storages import two_shards


@pytest.fixture
def wiki(kitchen: Kitchen) -> Iterator[Pipeline]:
    """Two shards that are run, see `two_shards`."""
    with kitchen.made_by(two_shards) as pipeline:
        yield pipeline
