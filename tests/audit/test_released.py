"""Releases are looked up in the files that may hold a shard's pairs, as they are now."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest

from webscale_rl_dagster.audit.released import Releases
from webscale_rl_dagster.releases import files
from webscale_rl_dagster.releases.files import SplitFiles, table_file
from webscale_rl_dagster.releases.gate import Verdict, record_verdict
from webscale_rl_dagster.releases.layout import DROPPED, MANIFEST, key_of
from webscale_rl_dagster.schemas import TABLES
from webscale_rl_dagster.storage.objects import Objects

SHARDS = [f"{corpus}/{number:010x}/00000" for corpus in ("a-b", "a") for number in range(6)]
"""Ids have dots where keys have slashes, and both come after a hyphen."""


def pairs_of(shard: str) -> list[str]:
    return [f"{shard.replace('/', '.')}.{number:024x}" for number in (7, 3, 9, 1)]


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    return Objects(str(tmp_path / "store"))


@pytest.fixture
def release(objects: Objects, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Objects:
    """In files of ten rows, so that shards are cut in two by them; every other pair is a test."""
    monkeypatch.setattr(files, "FILE_ROWS", 10)
    folder = tmp_path / "release"
    folder.mkdir()
    with closing(SplitFiles(folder)) as written, table_file("release_dropped", folder / DROPPED):
        for shard in sorted(SHARDS):
            written.add(frame_of(shard))
        splits = written.finish()
    for path in folder.rglob("*.parquet"):
        objects.put_file(key_of("v1", path.relative_to(folder).as_posix()), path)
    manifest = {
        "created": "2026-01-01",
        "splits": splits,
        "shards": dict.fromkeys(SHARDS),
        "content_sha256": "0",
    }
    objects.put(key_of("v1", MANIFEST), orjson.dumps(manifest))
    return objects


def frame_of(shard: str) -> pl.DataFrame:
    rows: list[dict[str, Any]] = [
        {"qa_id": name, "document_id": shard, "split": ("train", "test")[place % 2]}
        for place, name in enumerate(pairs_of(shard))
    ]
    return pl.DataFrame(rows, schema=TABLES["dataset_release"])


def test_every_pair_is_found_and_no_file_is_opened_in_vain(
    release: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(Releases(release).of_documents(SHARDS[0], [SHARDS[0]]))
    opened: list[str] = []
    whole = Objects.open

    def noted(self: Objects, key: str) -> Any:
        opened.append(key)
        return whole(self, key)

    for shard in SHARDS:
        list(Releases(release).of_documents(shard, [shard]))
        monkeypatch.setattr(Objects, "open", noted)
        opened.clear()
        found = Releases(release).of_documents(shard, [shard])
        assert sorted(place.qa_id for place in found) == sorted(pairs_of(shard))
        assert len([key for key in opened if "/data/" in key]) <= 4
        for name in pairs_of(shard):
            assert [place.release for place in Releases(release).of_pair(shard, name)] == ["v1"]
        assert not list(Releases(release).of_pair(shard, f"{pairs_of(shard)[0]}x"))
        monkeypatch.undo()


def test_a_verdict_or_a_release_that_changes_is_seen(release: Objects) -> None:
    [name, *_] = pairs_of(SHARDS[3])

    def standing() -> list[bool]:
        return [place.open for place in Releases(release).of_pair(SHARDS[3], name)]

    assert standing() == [False]
    record_verdict(release, "v1", Verdict(True, "0"))
    assert standing() == [True]
    record_verdict(release, "v1", Verdict(False, "0", ("drift",)))
    assert standing() == [False]
    release.delete([key_of("v1", MANIFEST)])
    assert standing() == []
