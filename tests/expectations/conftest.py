from pathlib import Path

import pytest

from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(Objects(str(tmp_path / "storage")))
