from __future__ import annotations

import json

import pytest

from tests.pipeline import Pipeline, town
from webscale_rl_dagster.releases.reading import open_release
from webscale_rl_dagster.storage.objects import Objects

pytestmark = pytest.mark.slow


def test_a_release_is_made_of_open_shards_and_the_next_is_compared(pipeline: Pipeline) -> None:
    pipeline.configure(release={"splits": {"train": 0.5, "validation": 0.25, "test": 0.25}})
    pipeline.ingest("one.jsonl", [town(number) for number in range(6)])
    pipeline("run", "--all")
    first = json.loads(pipeline("release", "--name", "v1", "--json").stdout)
    assert first["pairs"] == pipeline.verified().height - sum(first["dropped"].values()) > 0
    assert first["funnel"]["raw_documents"]["input"] == 6

    pipeline.ingest("two.jsonl", [town(number) for number in range(6, 12)])
    shut = next(key for key in pipeline.shards if key not in first["shards"])
    pipeline("run", "--shard", shut)
    pipeline.tables.objects.put(f"verified_qa/{shut}.parquet", b"changed")
    kept_out = pipeline("release", "--name", "v2")
    assert "1 of 2 shards left out" in kept_out.output
    assert "against v1: 0 added, 0 removed, 0 changed, 0 in another split" in kept_out.output

    release = open_release(pipeline.tables.objects, "v2")
    assert release.uri in kept_out.output.replace("\n", "")
    assert list(release.manifest["shards"]) == list(first["shards"])
    assert release.manifest["content_sha256"] == first["content_sha256"]

    copy = str(pipeline.folder / "copy")
    pushed = pipeline("push", "--release", "v2", "--to", copy)
    assert f"{copy}/releases/v2" in pushed.output.replace("\n", "")
    assert open_release(Objects(copy), "v2").manifest == release.manifest


def test_a_shut_gate_holds_a_release_until_it_is_judged_again(pipeline: Pipeline) -> None:
    gates = {"max_domain_share": 1.0, "min_rows_for_mix": 1}
    pipeline.configure(gates=gates)
    pipeline.ingest("one.jsonl", [town(number) for number in range(6)])
    pipeline("run", "--all")
    pipeline.configure(gates=gates | {"max_answer_type_share": 0.1})
    shut = pipeline("release", "--name", "v1", exit_code=3)
    assert "the gate of v1 is shut: answer_type_mix" in shut.output
    release = open_release(pipeline.tables.objects, "v1")
    out = str(pipeline.folder / "out")
    for command in (["export", "--format", "sft", "--out", out], ["push", "--to", out]):
        refused = pipeline(*command, "--release", "v1", exit_code=1)
        assert "the gate of release v1 is shut: answer_type_mix" in str(refused.exception)

    second = pipeline("release", "--name", "v2", exit_code=3)
    assert "against" not in second.output, "nobody can have what a gate holds back"
    refused = pipeline("release", "--name", "v3", "--previous", "v1", exit_code=1)
    assert "the gate of release v1 is shut" in str(refused.exception)

    pipeline.configure(gates=gates)
    assert "the gate" not in pipeline("release", "--name", "v1").output
    assert open_release(pipeline.tables.objects, "v1").manifest == release.manifest
    pipeline("export", "--format", "sft", "--release", "v1", "--out", out)
    taken = pipeline("release", "--name", "v1", exit_code=1)
    assert "v1 exists and never changes" in str(taken.exception)


def test_a_release_needs_pairs_and_a_new_name(pipeline: Pipeline) -> None:
    result = pipeline("release", "--name", "v1", exit_code=1)
    assert "nothing to release" in str(result.exception)
    result = pipeline("release", "--name", "../v1", exit_code=1)
    assert "cannot name a release" in str(result.exception)
