from __future__ import annotations

from pathlib import Path

import pytest

from tests.exports.releases import small_release
from webscale_rl_dagster.releases.reading import Release


@pytest.fixture
def release(tmp_path: Path) -> Release:
    return small_release(tmp_path / "storage")
