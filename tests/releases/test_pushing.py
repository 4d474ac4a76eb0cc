from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.releases.published import SHARDS, pair, publish, publish_all
from tests.servers.hub import Hub, hub
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.errors import ReleaseError
from webscale_rl_dagster.releases.building import build_release
from webscale_rl_dagster.releases.gate import Verdict, record_verdict
from webscale_rl_dagster.releases.pushing import push_to_hub, push_to_storage
from webscale_rl_dagster.releases.reading import Release, open_release
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables

TOKEN = "hf_token_of_the_test"

pytestmark = pytest.mark.filterwarnings(
    # huggingface_hub's plain uploads use a deprecated argument of its HTTP client.
    "ignore:Use 'content=<...>' to upload raw bytes:DeprecationWarning"
)


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    tables = Tables(Objects(str(tmp_path / "store")))
    publish_all(tables, 10)
    return tables


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """With plain uploads: the hub's chunked ones need its own storage servers."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with hub(TOKEN) as found:
        yield found


def made(tables: Tables, name: str, previous: str | None = None) -> Release:
    then = datetime(2026, 11, 22, tzinfo=UTC)
    config = Config.model_validate(
        {"release": {"splits": {"train": 0.5, "validation": 0.25, "test": 0.25}}}
    )
    release = build_release(tables, SHARDS, name, config=config, created=then, previous=previous)
    judge(release, passed=True)
    return release


def judge(release: Release, *, passed: bool) -> None:
    failed = () if passed else ("domain_mix (Education: 1.000 of 40, expected at most 0.9)",)
    verdict = Verdict(passed, release.manifest["content_sha256"], failed)
    record_verdict(release.objects, release.name, verdict)


def contents(release: Release) -> dict[str, bytes]:
    root = Path(release.uri)
    return {path: (root / path).read_bytes() for path in release.paths()}


def test_a_copy_in_another_storage_is_the_same_release(tables: Tables, objects: Objects) -> None:
    release = made(tables, "v1")
    assert push_to_storage(release, objects) == objects.uri("releases/v1")
    copy = open_release(objects, "v1")
    assert (copy.manifest, copy.files) == (release.manifest, release.files)
    for path, data in contents(release).items():
        assert objects.get(f"releases/v1/{path}") == data
    with pytest.raises(ReleaseError, match="is in .* already and never changes"):
        push_to_storage(release, objects)


def test_the_hub_gets_one_commit_and_a_tag(tables: Tables, server: Hub) -> None:
    first = made(tables, "v1")
    assert push_to_hub(first, "owner/name", endpoint=server.url).endswith("datasets/owner/name")
    assert server.files == contents(first)
    assert (server.commits, server.private) == (["Release v1"], True)
    with pytest.raises(ReleaseError, match="owner/name has a tag v1 already"):
        push_to_hub(first, "owner/name", endpoint=server.url)

    server.files["data/train-00003-of-00004.parquet"] = b"of a larger release"
    server.files["LICENSE"] = b"the owner's"
    publish(tables, SHARDS[0], [pair(SHARDS[0], number) for number in range(12)])
    second = made(tables, "v2", "v1")
    push_to_hub(second, "owner/name", endpoint=server.url)
    assert server.files == contents(second) | {"LICENSE": b"the owner's"}
    assert server.tags.keys() == {"v1", "v2"}
    assert len(set(server.tags.values())) == 2


def test_without_a_token_or_with_a_wrong_one_nothing_is_sent(
    tables: Tables, server: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = made(tables, "v1")
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    with pytest.raises(ReleaseError, match="cannot push to owner/name: .*401"):
        push_to_hub(release, "owner/name", endpoint=server.url)
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(ReleaseError, match="set HF_TOKEN"):
        push_to_hub(release, "owner/name", endpoint=server.url)
    assert server.files == {}
