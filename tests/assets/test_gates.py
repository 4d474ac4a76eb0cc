"""No way past a shut gate on the real assets: each bypass that Dagster alone would let through."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg
import pytest

from tests.pipeline import Kitchen, Pipeline, town
from webscale_rl_dagster.cli.local import failure_of, local_instance
from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.definitions import build_definitions

GOOD = [town(number) for number in range(6)]
UNFIT = [f"{town(number)} UNFIT." for number in range(20, 26)]


class Desk:
    """What an engineer can do in the UI, on the state that the command left."""

    def __init__(self, pipeline: Pipeline, instance: dg.DagsterInstance) -> None:
        self.pipeline = pipeline
        self.instance = instance
        self.definitions = build_definitions(load_config())

    def materialize(self, *assets: str, **where: object) -> dg.ExecuteInProcessResult:
        """Materialize assets alone, without their checks."""
        job = self.definitions.resolve_implicit_global_asset_job_def()
        wanted = {dg.AssetKey(asset) for asset in assets}
        chosen = job.get_subset(asset_selection=wanted, asset_check_selection=set())
        return chosen.execute_in_process(instance=self.instance, raise_on_error=False, **where)  # type: ignore[arg-type]

    def judge(self, asset: str, shard: str) -> dg.ExecuteInProcessResult:
        """Run an asset's suite alone."""
        job = self.definitions.resolve_implicit_global_asset_job_def()
        check = dg.AssetCheckKey(dg.AssetKey(asset), f"{asset}_suite")
        chosen = job.get_subset(asset_selection=set(), asset_check_selection={check})
        tags = {"dagster/partition": shard}
        return chosen.execute_in_process(instance=self.instance, tags=tags, raise_on_error=False)

    def shard(self, corpus: str) -> str:
        return next(key for key in self.pipeline.shards if key.startswith(f"{corpus}/"))


@pytest.fixture
def desk(kitchen: Kitchen) -> Iterator[Desk]:
    with kitchen.made_by(good_and_bad) as pipeline, local_instance(load_config()) as instance:
        yield Desk(pipeline, instance)


def good_and_bad(pipeline: Pipeline) -> None:
    """A good shard that is published and a bad one that its filter gate refused."""
    pipeline.ingest("good.jsonl", GOOD, corpus="good")
    pipeline.ingest("bad.jsonl", UNFIT, corpus="bad")
    pipeline("run", "--all", exit_code=3)


def published(desk: Desk) -> list[str]:
    return desk.pipeline.tables.shards("verified_qa")


def test_a_downstream_only_run_is_refused(desk: Desk) -> None:
    for stage in ("classified_documents", "candidate_qa", "checked_qa", "verified_qa"):
        result = desk.materialize(stage, partition_key=desk.shard("bad"))
        assert "gate shut" in str(failure_of(result))
    assert published(desk) == [desk.shard("good")]


def test_a_backfill_that_splits_into_runs_of_its_own_is_refused(desk: Desk) -> None:
    """What a backfill with another policy does: upstream in one run, each shard after it alone."""
    both = {
        "dagster/asset_partition_range_start": desk.shard("good"),
        "dagster/asset_partition_range_end": desk.shard("bad"),
    }
    assert desk.materialize("filtered_documents", tags=both).success
    for corpus in ("good", "bad"):
        desk.judge("filtered_documents", desk.shard(corpus))
    results = {
        corpus: desk.materialize("classified_documents", partition_key=desk.shard(corpus))
        for corpus in ("good", "bad")
    }
    assert results["good"].success
    assert "kept_share" in str(failure_of(results["bad"]))


def test_a_range_run_with_a_shut_shard_is_refused_whole(desk: Desk) -> None:
    before = desk.pipeline.tables.read("verified_qa", desk.shard("good"))
    both = {
        "dagster/asset_partition_range_start": desk.shard("good"),
        "dagster/asset_partition_range_end": desk.shard("bad"),
    }
    result = desk.materialize("verified_qa", tags=both)
    assert desk.shard("bad") in str(failure_of(result))
    assert published(desk) == [desk.shard("good")]
    assert desk.pipeline.tables.read("verified_qa", desk.shard("good")).equals(before)


def test_a_stale_verdict_is_refused_and_a_new_one_reopens(desk: Desk) -> None:
    shard = desk.shard("good")
    assert desk.materialize("checked_qa", partition_key=shard).success
    refused = desk.materialize("verified_qa", partition_key=shard)
    assert "stale" in str(failure_of(refused))
    assert desk.judge("checked_qa", shard).success
    assert desk.materialize("verified_qa", partition_key=shard).success


def test_a_file_changed_by_hand_is_refused(desk: Desk) -> None:
    shard, tables = desk.shard("good"), desk.pipeline.tables
    tables.write("checked_qa", shard, tables.read("checked_qa", shard).head(1))
    assert "stale" in str(failure_of(desk.materialize("verified_qa", partition_key=shard)))


def test_a_shut_gate_names_the_expectation_and_the_rows(desk: Desk) -> None:
    found = desk.judge("filtered_documents", desk.shard("bad"))
    [evaluation] = found.get_asset_check_evaluations()
    assert evaluation.passed is False
    assert "kept_share" in str(evaluation.metadata["failed"].value)
    assert evaluation.partition == desk.shard("bad")


def test_materializations_tell_of_their_shard(desk: Desk) -> None:
    wanted = dg.AssetRecordsFilter(
        asset_key=dg.AssetKey("candidate_qa"), asset_partitions=[desk.shard("good")]
    )
    [record] = desk.instance.fetch_materializations(wanted, limit=1).records
    assert record.asset_materialization is not None
    metadata = record.asset_materialization.metadata
    table = desk.pipeline.tables.read("candidate_qa", desk.shard("good"))
    assert metadata["dagster/partition_row_count"].value == table.height
    assert metadata["calls/requests"].value > 0
    assert metadata["kept_share"].value == table["kept"].mean()
    assert str(metadata["preview"].value).count("\n") == 1 + min(10, table.height)
    assert "data:image/png;base64," in str(metadata["funnel"].value)
    assert len(str(metadata["funnel"].value)) < 50_000
    lineage = metadata["dagster/column_lineage"].value
    assert "persona" in lineage.deps_by_column  # type: ignore[union-attr]
