"""Stand-ins for the six assets, with the real names, tables, checks and lock, and no models."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import polars as pl

from webscale_rl_dagster.assets.verified_qa import PUBLISH, verified_qa
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.expectations.facts import UPSTREAM
from webscale_rl_dagster.expectations.gate import suite_check
from webscale_rl_dagster.expectations.standing import GateVerdict, gate_status, require_open
from webscale_rl_dagster.partitions import SHARDS
from webscale_rl_dagster.resources.storage import StorageResource
from webscale_rl_dagster.schemas import STAGES
from webscale_rl_dagster.storage.tables import Tables

from .builders import frames

MADE = STAGES[1:]


@dataclass
class Pipeline:
    """One instance, one storage; `instead` holds what a stage writes where that is not sound."""

    instance: dg.DagsterInstance
    tables: Tables
    shards: list[str]
    config: Config = field(default_factory=Config)
    instead: dict[tuple[str, str], pl.DataFrame] = field(default_factory=dict)

    def write(self, table: str, shard: str) -> None:
        frame = self.instead.get((table, shard))
        self.tables.write(table, shard, frames()[table] if frame is None else frame)

    def ingest(self, *shards: str) -> None:
        """As the ingestion job does: write, then report, outside of any asset's run."""
        for shard in shards or self.shards:
            self.write("raw_documents", shard)
            self.instance.report_runless_asset_event(
                dg.AssetMaterialization("raw_documents", partition=shard)
            )

    def run(self, job: str, *shards: str) -> dg.ExecuteInProcessResult:
        """One shard as a single-partition run, several as one range run.

        By tag, as the daemon and the UI say it: `partition_key=` refuses jobs of checks alone.
        """
        return self._definitions.resolve_job_def(job).execute_in_process(
            instance=self.instance, raise_on_error=False, tags=_tags(shards)
        )

    def plan(self, job: str, shard: str) -> None:
        """Queue a run that is never started."""
        definition = self._definitions.resolve_job_def(job)
        self.instance.create_run_for_job(definition, tags=_tags([shard]))

    def made(self, asset: str) -> set[str]:
        return set(self.instance.get_materialized_partitions(dg.AssetKey(asset)))

    def gate(self, asset: str, shard: str) -> GateVerdict:
        verdicts = gate_status(self.instance, [shard], tables=self.tables)[shard]
        return next(verdict for verdict in verdicts if verdict.asset == asset)

    def requested(self, cursor: Any = None) -> tuple[set[str | None], Any]:
        """Shards of verified_qa that automation would run now, and the cursor for later."""
        result = dg.evaluate_automation_conditions(
            defs=self._definitions, instance=self.instance, cursor=cursor
        )
        return set(result.get_requested_partitions(dg.AssetKey("verified_qa"))), result.cursor

    @property
    def _definitions(self) -> dg.Definitions:
        return dg.Definitions(
            assets=[
                dg.AssetSpec("raw_documents", partitions_def=SHARDS),
                *(self._stand_in(table) for table in MADE),
            ],
            asset_checks=[suite_check(table) for table in STAGES],
            jobs=list(_jobs()),
            executor=dg.in_process_executor,
            resources={
                "storage": StorageResource(root=self.tables.objects.root),
                "settings": self.config,
            },
        )

    def _stand_in(self, table: str) -> dg.AssetsDefinition:
        publishes = table == "verified_qa"
        before = STAGES[:-1] if publishes else [str(UPSTREAM[table])]

        @dg.asset(
            name=table,
            deps=verified_qa.dependency_keys if publishes else [str(UPSTREAM[table])],
            partitions_def=SHARDS,
            backfill_policy=dg.BackfillPolicy.single_run(),
            automation_condition=PUBLISH if publishes else None,
            required_resource_keys={"storage"},
            retry_policy=dg.RetryPolicy(max_retries=2),
        )
        def stand_in(context: dg.AssetExecutionContext) -> None:
            require_open(context, *before)
            for shard in context.partition_keys:
                self.write(table, shard)

        return stand_in


@contextmanager
def pipeline(tables: Tables, shards: Iterable[str]) -> Iterator[Pipeline]:
    names = list(shards)
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(str(SHARDS.name), names)
        yield Pipeline(instance, tables, names)


def _tags(shards: Sequence[str]) -> dict[str, str]:
    if len(shards) == 1:
        return {"dagster/partition": shards[0]}
    return {
        "dagster/asset_partition_range_start": shards[0],
        "dagster/asset_partition_range_end": shards[-1],
    }


def _jobs() -> Iterator[Any]:
    """Everything; a stage with its check, without it, and the check alone."""
    raw_suite = dg.AssetSelection.checks_for_assets("raw_documents")
    yield _job("chain", dg.AssetSelection.assets(*MADE) | raw_suite)
    for table in STAGES:
        suite = dg.AssetSelection.checks_for_assets(table)
        yield _job(f"judge_{table}", suite)
    for table in MADE:
        asset = dg.AssetSelection.assets(table)
        yield _job(f"make_{table}", asset - dg.AssetSelection.all_asset_checks())
        yield _job(f"make_and_judge_{table}", asset)


def _job(name: str, selection: dg.AssetSelection) -> Any:
    return dg.define_asset_job(name, selection=selection)
