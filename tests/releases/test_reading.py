from __future__ import annotations

import json

import polars as pl
import pytest

from webscale_rl_dagster.errors import ReleaseError
from webscale_rl_dagster.releases.layout import data_path, key_of
from webscale_rl_dagster.releases.reading import open_release, release_names
from webscale_rl_dagster.schemas import frame_of
from webscale_rl_dagster.storage.objects import Objects


def put_rows(objects: Objects, name: str, path: str, ids: list[str]) -> None:
    frame = frame_of("dataset_release", [{"qa_id": qa_id} for qa_id in ids])
    objects.put(key_of(name, path), _parquet(frame))


def _parquet(frame: pl.DataFrame) -> bytes:
    import io

    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def put_manifest(objects: Objects, name: str, splits: dict[str, int]) -> None:
    objects.put(key_of(name, "RELEASE.json"), json.dumps({"name": name, "splits": splits}).encode())


def test_rows_come_in_stored_order_and_only_the_columns_asked_for(objects: Objects) -> None:
    put_rows(objects, "v1", data_path("train", 0, 2), ["a", "b", "c"])
    put_rows(objects, "v1", data_path("train", 1, 2), ["d"])
    put_rows(objects, "v1", "dropped.parquet", ["x"])
    put_manifest(objects, "v1", {"train": 4, "validation": 0, "test": 0})
    release = open_release(objects, "v1")
    assert release.splits == ("train", "validation", "test")
    batches = list(release.batches("train", ["qa_id"], rows=2))
    assert [batch["qa_id"].to_list() for batch in batches] == [["a", "b"], ["c"], ["d"]]
    assert batches[0].columns == ["qa_id"]
    assert list(release.batches("test")) == []
    with pytest.raises(ReleaseError, match="has no split 'dev'; it has train, validation, test"):
        next(release.batches("dev"))


def test_an_unknown_release_names_those_that_are_there(objects: Objects) -> None:
    with pytest.raises(ReleaseError, match="no release 'v2'.*There are: none"):
        open_release(objects, "v2")
    put_manifest(objects, "v1", {})
    put_manifest(objects, "v1.1", {})
    put_rows(objects, "v3", data_path("train", 0, 1), ["a"])
    assert release_names(objects) == ["v1", "v1.1"]
    with pytest.raises(ReleaseError, match="There are: v1, v1.1$"):
        open_release(objects, "v2")
    with pytest.raises(ReleaseError, match="v3 is not finished, it has no RELEASE.json"):
        open_release(objects, "v3")


@pytest.mark.parametrize("name", ["", "../v1", "a/b", ".hidden", "v 1"])
def test_a_name_never_leaves_its_folder(objects: Objects, name: str) -> None:
    with pytest.raises(ReleaseError, match="cannot name a release"):
        open_release(objects, name)


def test_a_release_with_a_file_missing_is_not_read(objects: Objects) -> None:
    put_rows(objects, "v1", data_path("train", 1, 2), ["d"])
    put_manifest(objects, "v1", {"train": 4})
    with pytest.raises(ReleaseError, match="train of release v1 are not all there"):
        open_release(objects, "v1")
    objects.put(key_of("v1", "RELEASE.json"), b"[]")
    with pytest.raises(ReleaseError, match="no release's manifest"):
        open_release(objects, "v1")
