import pytest

from tests.corpora.ingestion import new_tables


@pytest.fixture
def tables(tmp_path):
    return new_tables(tmp_path / "storage")
