"""A storage that the pipeline made, a copy of it for each test, and an index of the copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from tests.pipeline import pipeline_in, town
from webscale_rl_dagster.schemas import frame_of
from webscale_rl_dagster.search.index import Index, open_index
from webscale_rl_dagster.search.updating import update
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables

LOOSE = {
    "acceptance_rate": [0.0, 1.0],
    "max_domain_share": 1.0,
    "min_kept_documents": 0.05,
}


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three shards of two corpora with documents of every fate, and the release v1 of them."""
    folder = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch, pipeline_in(folder) as pipeline:
        patch.delenv("DAGSTER_HOME", raising=False)
        patch.setenv("WEBSCALE_RL_CONFIG", str(folder / "pipeline.yaml"))
        pipeline.configure(gates=LOOSE)
        pipeline.ingest("a.jsonl", [town(0), town(1), f"{town(20)} UNFIT.", "Short.", town(0)])
        pipeline.ingest("b.jsonl", [town(2), town(3)])
        pipeline.ingest("c.jsonl", [town(4)], corpus="news")
        pipeline("run", "--all")
        pipeline("release", "--name", "v1")
        return Path(pipeline.settings["storage"])


@pytest.fixture
def tables(finished: Path, tmp_path: Path) -> Tables:
    """A copy of it, to be changed."""
    return Tables(Objects(str(shutil.copytree(finished, tmp_path / "store"))))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the index lies."""
    return tmp_path / "store.index"


@pytest.fixture
def index(tables: Tables, folder: Path) -> Index:
    update(tables, folder)
    found = open_index(folder)
    assert found is not None
    return found


def rewrite(tables: Tables, table: str, shard: str, frame: pl.DataFrame) -> None:
    """As a stage would, with lists of the contract's type however few values they have."""
    tables.write(table, shard, frame_of(table, frame.to_dicts()))
