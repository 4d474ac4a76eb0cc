"""What the records beside the data say of a shard is what Dagster's own say."""

from __future__ import annotations

import dagster as dg
import polars as pl
import pytest

from tests.pipeline import Pipeline, town
from webscale_rl_dagster.cli.local import local_instance
from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.definitions import build_definitions
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.expectations.standing import gate_status
from webscale_rl_dagster.lineage.ledger import shard_counts
from webscale_rl_dagster.lineage.records import judged_of, made_of
from webscale_rl_dagster.lineage.state import Digests, shard_state
from webscale_rl_dagster.schemas import ASKING, STAGES

pytestmark = pytest.mark.slow


def states(pipeline: Pipeline, shard: str) -> list[tuple[str, str]]:
    return [(gate.asset, gate.state) for gate in shard_state(pipeline.tables, shard).gates]


def dagsters(pipeline: Pipeline, shard: str) -> list[tuple[str, str]]:
    with local_instance(load_config(pipeline.folder / "pipeline.yaml")) as instance:
        gates = gate_status(instance, [shard], tables=pipeline.tables)[shard]
    return [(gate.asset, gate.state) for gate in gates]


def test_a_published_shard(pipeline: Pipeline) -> None:
    pipeline.ingest("towns.jsonl", [town(number) for number in range(6)])
    (shard,) = pipeline.shards
    assert states(pipeline, shard) == [(stage, "unjudged") for stage in STAGES]
    pipeline("run", "--all")
    assert states(pipeline, shard) == dagsters(pipeline, shard)
    state = shard_state(pipeline.tables, shard)
    assert state.open
    assert not state.failed
    assert list(state.made) == list(STAGES)
    counts = shard_counts(pipeline.tables, shard)
    for stage, made in state.made.items():
        with local_instance(load_config(pipeline.folder / "pipeline.yaml")) as instance:
            record = instance.fetch_materializations(dg.AssetKey(stage), limit=1).records[0]
        assert made.run_id == record.run_id
        assert made.sha256 == pipeline.tables.open(stage, shard).sha256()
        assert made.counts == counts[stage]
        assert (made.usage is not None) == (stage in ASKING)
    calls = pipeline.status()["shards"][0]["calls"]
    assert {stage: said["requests"] for stage, said in calls.items()} == {
        stage: made.usage["requests"] for stage, made in state.made.items() if made.usage
    }


def test_a_shut_gate(pipeline: Pipeline) -> None:
    pipeline.configure(gates={"min_kept_documents": 1.0})
    pipeline.ingest("towns.jsonl", [*(town(number) for number in range(5)), f"{town(5)} UNFIT."])
    pipeline("run", "--all", exit_code=3)
    (shard,) = pipeline.shards
    state = shard_state(pipeline.tables, shard)
    assert states(pipeline, shard) == dagsters(pipeline, shard)
    assert not state.open
    (said,) = state.failed
    assert said.startswith("filtered_documents failed: ")
    assert judged_of(pipeline.tables.objects, shard)["filtered_documents"].failed
    assert "checked_qa" not in state.made


def test_data_that_was_not_judged(pipeline: Pipeline) -> None:
    """A table that is changed makes its own gate stale, and that of the table made of it."""
    pipeline.ingest("towns.jsonl", [town(number) for number in range(6)])
    pipeline("run", "--all")
    (shard,) = pipeline.shards
    tables = pipeline.tables
    digests = Digests(tables)
    assert shard_state(tables, shard, digests).open
    changed = tables.read("checked_qa", shard).with_columns(pl.lit("other").alias("checker_model"))
    tables.write("checked_qa", shard, changed)
    stale = {"checked_qa", "verified_qa"}
    assert {
        gate.asset for gate in shard_state(tables, shard, digests).gates if gate.state == "stale"
    } == stale
    assert states(pipeline, shard) == dagsters(pipeline, shard)
    tables.objects.delete([f"checked_qa/{shard}.parquet"])
    assert {
        gate.asset for gate in shard_state(tables, shard, digests).gates if gate.state == "stale"
    } == stale


def test_a_making_that_was_not_judged(pipeline: Pipeline) -> None:
    """The same bytes once more: their verdict is of the making before, as Dagster has it."""
    pipeline.ingest("towns.jsonl", [town(number) for number in range(6)])
    pipeline("run", "--all")
    (shard,) = pipeline.shards
    config = load_config(pipeline.folder / "pipeline.yaml")
    asset = dg.AssetKey("checked_qa")
    before = pipeline.tables.open("checked_qa", shard).sha256()
    with local_instance(config) as instance:
        dg.materialize(
            list(build_definitions(config).assets or ()),
            selection=[asset],
            partition_key=shard,
            instance=instance,
            resources=build_definitions(config).resources,
        )
    assert pipeline.tables.open("checked_qa", shard).sha256() == before
    assert states(pipeline, shard) == dagsters(pipeline, shard)
    assert ("checked_qa", "stale") in states(pipeline, shard)
    pipeline("run", "--all")
    assert shard_state(pipeline.tables, shard).open


def test_a_maker_of_other_bytes_is_not_told(pipeline: Pipeline) -> None:
    """As a process leaves it that was killed between the table and its record."""
    pipeline.ingest("towns.jsonl", [town(number) for number in range(6)])
    pipeline("run", "--all")
    (shard,) = pipeline.shards
    tables = pipeline.tables
    tables.write("verified_qa", shard, tables.read("verified_qa", shard).head(1))
    assert "verified_qa" in made_of(tables.objects, shard)
    assert list(shard_state(tables, shard).made) == list(STAGES[:-1])


def test_a_record_that_is_none(pipeline: Pipeline) -> None:
    pipeline.ingest("towns.jsonl", [town(0)])
    (shard,) = pipeline.shards
    for body in (b"{", b"[]", b'{"stage": "raw_documents"}'):
        pipeline.tables.objects.put(f"lineage/made/raw_documents/{shard}.json", body)
        with pytest.raises(StorageError, match="run the shard again"):
            made_of(pipeline.tables.objects, shard)
