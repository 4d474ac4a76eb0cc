"""The same tests on a folder and on S3."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.corpora.arrivals.places import Bucket, Folder, Place


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty corpus, once in a folder and once in a bucket."""
    if request.param == "folder":
        yield Folder(tmp_path / "corpus")
        return
    bucket = Bucket(request.getfixturevalue("seaweedfs"), f"corpora/{tmp_path.name}")
    yield bucket
    bucket.client.close()
