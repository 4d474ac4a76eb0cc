"""The commands on a corpus and a storage that both lie in S3."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.audit.walk import walk
from tests.pipeline import Pipeline, town
from tests.servers.seaweedfs import BUCKET, KEY, SECRET, S3Server
from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.releases.layout import MANIFEST, key_of
from webscale_rl_dagster.search.apart import update_apart
from webscale_rl_dagster.storage import stores
from webscale_rl_dagster.storage.connected import bucket_objects
from webscale_rl_dagster.storage.objects import Objects


@pytest.fixture
def corpus(
    pipeline: Pipeline, seaweedfs: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Objects:
    """A prefix of a bucket, that the configuration reaches, as well as a storage beside it."""
    monkeypatch.setenv("BUCKET_KEY", KEY)
    monkeypatch.setenv("BUCKET_SECRET", SECRET)
    pipeline.configure(
        storage=f"s3://{BUCKET}/{tmp_path.name}/store",
        s3={
            "endpoint_url": seaweedfs.endpoint,
            "access_key_id_env": "BUCKET_KEY",
            "secret_access_key_env": "BUCKET_SECRET",
        },
    )
    return bucket_objects(f"s3://{BUCKET}/{tmp_path.name}/corpus", load_config())


def lines(*numbers: int) -> bytes:
    return b"".join(json.dumps({"text": town(number)}).encode() + b"\n" for number in numbers)


@pytest.mark.slow
def test_a_corpus_in_s3_becomes_pairs_in_s3_and_each_leads_back_to_its_object(
    pipeline: Pipeline, corpus: Objects
) -> None:
    corpus.put("a/towns.jsonl", lines(0, 1))
    corpus.put("a/packed.jsonl.gz", gzip.compress(lines(2)))
    pipeline("ingest", corpus.root, "--corpus", "wiki")
    assert len(pipeline.shards) == 2
    again = pipeline("ingest", corpus.uri("a/towns.jsonl"), "--corpus", "wiki")
    assert "nothing new" in again.output
    pipeline("run", "--all")
    walked = walk(pipeline.tables)
    assert (walked.published > 0, walked.formats) == (True, {"jsonl", "gz"})
    towns = corpus.uri("a/towns.jsonl")
    for asked, rows in ((towns, 2), (corpus.uri("a"), 3), (corpus.uri("a/"), 3)):
        found = json.loads(pipeline("fate", asked, "--json").stdout)
        assert len(found["documents"]) == rows
    near = pipeline("fate", corpus.uri("a/town.jsonl"), exit_code=1).output
    assert towns in "".join(near.split())
    pipeline("remove", "--source-file", towns, "--reason", "asked for")
    removed = json.loads(pipeline("fate", towns, "--json").stdout)
    assert all(document["removed"] for document in removed["documents"])
    config, index = load_config(), pipeline.folder / "index"
    updated = update_apart(config.storage, index, on_progress=lambda *_: None, s3=config.s3)
    assert (len(updated.shards), updated.failed) == (2, {})
    pipeline("release", "--name", "v1")
    copy = f"{corpus.root}/copy"
    pipeline("push", "--release", "v1", "--to", copy)
    assert bucket_objects(copy, load_config()).exists(key_of("v1", MANIFEST))


def test_nothing_of_the_key_is_written_anywhere(pipeline: Pipeline, corpus: Objects) -> None:
    """Dagster keeps the configuration of resources with every run."""
    corpus.put("towns.jsonl", lines(0))
    pipeline("ingest", corpus.root, "--corpus", "wiki")
    kept = [path for path in pipeline.folder.rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if SECRET.encode() in path.read_bytes()]


def test_what_is_wrong_with_s3_is_told_by_the_command(
    pipeline: Pipeline,
    corpus: Objects,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stores, "FIRST_ANSWER", timedelta(seconds=1))
    pipeline.configure(corpora=[{"name": "wiki", "uri": "s3://no-such-bucket/towns"}])
    checked = pipeline("config", "check", exit_code=1)
    assert "corpora.wiki: s3://no-such-bucket/towns cannot be used" in str(checked.exception)
    missing = pipeline("ingest", "s3://no-such-bucket/towns", "--corpus", "wiki", exit_code=1)
    assert "there is no bucket 'no-such-bucket'" in str(missing.exception or missing.output)
    monkeypatch.setenv("BUCKET_SECRET", "wrong")
    wrong = pipeline("status", exit_code=1)
    assert "the secret access key does not belong" in str(wrong.exception or wrong.output)
    monkeypatch.delenv("BUCKET_SECRET")
    unset = pipeline("status", exit_code=1)
    assert "takes its key from BUCKET_SECRET" in str(unset.exception or unset.output)
