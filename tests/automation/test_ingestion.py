"""The job that ingests: of files that change under it, of what it opens, and of what it records."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from tests.automation.corpus import Arriving, requests
from tests.servers.seaweedfs import BUCKET
from webscale_rl_dagster.automation.ingestion import arrived
from webscale_rl_dagster.corpora.arrivals import batches
from webscale_rl_dagster.corpora.sources import Source, find_sources
from webscale_rl_dagster.errors import IngestError, ObjectRefused
from webscale_rl_dagster.home import dagster_home
from webscale_rl_dagster.lineage.records import made_of
from webscale_rl_dagster.storage import connected
from webscale_rl_dagster.storage.connected import tables_of
from webscale_rl_dagster.storage.objects import Objects

ON_S3 = pytest.mark.parametrize("towns", ["s3"], indirect=True)


def overwrite(towns: Arriving) -> None:
    towns.drop("a.jsonl", "second, and longer")


def delete(towns: Arriving) -> None:
    towns.place.delete("a.jsonl")


CHANGES = pytest.mark.parametrize("change", [overwrite, delete])


def two_files(towns: Arriving) -> dg.RunRequest:
    for name in "ab":
        towns.drop(f"{name}.jsonl")
    [request] = requests(towns.tick())
    return request


@CHANGES
@ON_S3
def test_an_object_that_changes_while_it_is_fetched_ends_no_run(
    change: Callable[[Arriving], None], towns: Arriving, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = two_files(towns)
    download = Objects.download

    def late(self: Objects, entry: Any, path: Path) -> None:
        if entry.key.endswith("a.jsonl"):
            change(towns)
        download(self, entry, path)

    monkeypatch.setattr(Objects, "download", late)
    assert towns.launch(request)
    towns.tick()
    states = towns.rows().sort("uri", "arrived_at")["state"].to_list()
    assert states == ["replaced", *(["waiting"] if change is overwrite else []), "ingested"]


@CHANGES
def test_a_file_that_changes_before_it_is_opened_is_no_failure(
    change: Callable[[Arriving], None], towns: Arriving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not of the version that was meant, whatever is wrong with the one that is there."""
    request = two_files(towns)

    def late(path: Path, format: str) -> list[Source]:
        if path.name == "a.jsonl":
            change(towns)
            if path.exists():
                raise IngestError("what is there by now cannot be read")
        return find_sources(path, format)

    monkeypatch.setattr(arrived, "find_sources", late)
    assert towns.launch(request)
    towns.tick()
    assert towns.rows().sort("uri")["state"][0] == "replaced"


def refused(error: Exception, name: str = "") -> Callable[..., None]:
    download = Objects.download

    def refuse(self: Objects, entry: Any, path: Path) -> None:
        if entry.key.endswith(name):
            raise error
        download(self, entry, path)

    return refuse


@ON_S3
def test_a_full_disk_fails_no_file(towns: Arriving, monkeypatch: pytest.MonkeyPatch) -> None:
    request = two_files(towns)
    with monkeypatch.context() as full:
        full.setattr(Objects, "download", refused(OSError(28, "No space left on device")))
        assert not towns.launch(request)
    assert towns.requested() == []
    assert set(towns.states().values()) == {"waiting"}
    monkeypatch.setattr(batches, "_RESTS", batches._RESTS * 0)
    assert towns.requested() == ["a.jsonl", "b.jsonl"]


@ON_S3
def test_an_object_that_may_not_be_read_stops_none_of_its_batch(
    towns: Arriving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is encrypted with a key of others, or archived."""
    request = two_files(towns)
    monkeypatch.setattr(Objects, "download", refused(ObjectRefused("not allowed"), "a.jsonl"))
    assert not towns.launch(request)
    towns.tick()
    assert towns.states() == {"a.jsonl": "waiting", "b.jsonl": "ingested"}
    assert towns.rows().sort("uri")["attempts"].to_list() == [1, 0]


@ON_S3
def test_a_bucket_is_opened_once_for_all_files_of_a_batch(
    towns: Arriving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time asks for credentials."""
    request = two_files(towns)
    connect = connected.connect
    opened: list[str] = []

    def counted(root: str, *rest: Any) -> Objects:
        opened.append(root)
        return connect(root, *rest)

    monkeypatch.setattr(connected, "connect", counted)
    assert towns.launch(request)
    assert opened.count(f"s3://{BUCKET}") == 1


def test_a_subset_of_a_corpus_whose_files_arrive_may_be_asked_for(towns: Arriving) -> None:
    """Which `ingestion` itself has no use for."""
    towns.drop("en/a.jsonl")
    card = "---\nconfigs: [{config_name: en, data_files: en/*.jsonl}]\n---\n"
    towns.place.put("README.md", card.encode())
    config = {"corpus": "towns", "path": towns.place.uri, "subset": "en"}
    job = towns.definitions.resolve_job_def("ingest_corpus")
    run_config = {"ops": {"ingest_files": {"config": config}}}
    assert job.execute_in_process(instance=towns.instance, run_config=run_config).success
    assert len(tables_of(towns.config).shards("raw_documents")) == 1


def test_the_record_is_of_the_bytes_that_this_run_wrote(towns: Arriving) -> None:
    """In the place of another's table of the same rows, which had been told of already."""
    towns.drop("a.jsonl")
    [request] = requests(towns.tick())
    assert towns.launch(request)
    tables = tables_of(towns.config)
    [shard] = tables.shards("raw_documents")
    first = made_of(tables.objects, shard)["raw_documents"]
    tables.objects.delete([*tables.objects.list("raw_documents"), *tables.objects.list("ingested")])
    assert towns.launch(request)
    second = made_of(tables.objects, shard)["raw_documents"]
    assert second.sha256 == tables.written("raw_documents", shard).sha256 != first.sha256
    told = towns.instance.fetch_materializations(dg.AssetKey("raw_documents"), limit=10)
    assert len(told.records) == 1


def test_the_queue_lets_one_run_ingest_at_a_time(towns: Arriving) -> None:
    """Also one from the launchpad, which has no tags but the job's."""
    towns.drop("a.jsonl")
    assert towns.ingest()
    [run] = towns.instance.get_runs()
    # Undone before `towns` is: else the test's instance would be everybody's from then on.
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DAGSTER_HOME")
        written = yaml.safe_load((dagster_home(towns.config) / "dagster.yaml").read_text())
    limits = written["concurrency"]["runs"]["tag_concurrency_limits"]
    [limit] = [limit for limit in limits if limit["key"] in run.tags]
    assert limit == {"key": "webscale_rl/ingests", "limit": 1}
