"""Shards that Dagster takes for made and judged; their tables are nowhere."""

# No `from __future__ import annotations`: Dagster reads the check's annotations as objects.
from collections.abc import Iterator, Sequence

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationTargetMaterializationData,
)

from webscale_rl_dagster.expectations.evaluation import check_key
from webscale_rl_dagster.partitions import SHARDS

ASSETS = ("raw_documents", "candidate_qa", "checked_qa", "verified_qa")
"""What is published, and what it is published from."""


def shard_keys(first: int, end: int) -> list[str]:
    return [f"towns/{number // 100_000:010x}/{number:05d}" for number in range(first, end)]


def publish(instance: dg.DagsterInstance, shards: Sequence[str], assets: Sequence[str]) -> None:
    """Report the assets and verdicts that opened their gates, in a range run each."""
    instance.add_dynamic_partitions(str(SHARDS.name), shards)
    for asset in assets:
        definitions = dg.Definitions(assets=[_made(asset)], asset_checks=[_judged(asset)])
        job = definitions.resolve_implicit_global_asset_job_def()
        tags = {
            "dagster/asset_partition_range_start": shards[0],
            "dagster/asset_partition_range_end": shards[-1],
        }
        assert job.execute_in_process(instance=instance, tags=tags).success


def _made(asset: str) -> dg.AssetsDefinition:
    @dg.asset(name=asset, partitions_def=SHARDS, backfill_policy=dg.BackfillPolicy.single_run())
    def made() -> None: ...

    return made


def _judged(asset: str) -> dg.AssetChecksDefinition:
    key = check_key(asset)
    spec = dg.AssetCheckSpec(key.name, asset=asset, blocking=True, partitions_def=SHARDS)

    @dg.multi_asset_check(name=key.name, specs=[spec])
    def judged(context: dg.AssetCheckExecutionContext) -> Iterator[object]:
        made = _materializations(context.instance, asset)
        for shard in context.partition_keys:
            yield dg.AssetCheckEvaluation(
                asset_key=key.asset_key,
                check_name=key.name,
                partition=shard,
                passed=True,
                blocking=True,
                target_materialization_data=made[shard],
            )
        yield dg.Output(None, output_name=spec.get_python_identifier())

    return judged


def _materializations(
    instance: dg.DagsterInstance, asset: str
) -> dict[str | None, AssetCheckEvaluationTargetMaterializationData]:
    found: dict[str | None, AssetCheckEvaluationTargetMaterializationData] = {}
    cursor, more = None, True
    while more:
        page = instance.fetch_materializations(dg.AssetKey(asset), limit=1000, cursor=cursor)
        for record in page.records:
            data = AssetCheckEvaluationTargetMaterializationData(
                storage_id=record.storage_id, run_id=record.run_id, timestamp=record.timestamp
            )
            found.setdefault(record.partition_key, data)
        cursor, more = page.cursor, page.has_more
    return found
