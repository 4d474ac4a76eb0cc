"""What Dagster knows of shards, for the audit's commands; and how those end in vain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NoReturn

import dagster as dg
import typer

from webscale_rl_dagster.audit.nearest import Unknown
from webscale_rl_dagster.audit.state import Made, ShardState
from webscale_rl_dagster.audit.text import visible
from webscale_rl_dagster.cli.console import FAILED, errors
from webscale_rl_dagster.cli.local import local_instance
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.expectations.gate import gate_status
from webscale_rl_dagster.schemas import STAGES
from webscale_rl_dagster.storage.tables import Tables


def give_up(unknown: Unknown) -> NoReturn:
    """Say what there is instead, and exit."""
    errors.print(visible(unknown.message), style="red", soft_wrap=True)
    for name in unknown.nearest:
        errors.print(f"  {visible(name)}", soft_wrap=True)
    raise typer.Exit(FAILED)


@contextmanager
def shard_states(config: Config, tables: Tables) -> Iterator[Callable[[str], ShardState]]:
    """What Dagster knows of any shard; its tables are hashed, as the gates' lock does."""
    with local_instance(config) as instance:

        def state(shard: str) -> ShardState:
            gates = gate_status(instance, [shard], tables=tables)[shard]
            return ShardState(_made(instance, shard), gates)

        yield state


def _made(instance: dg.DagsterInstance, shard: str) -> dict[str, Made]:
    found = {}
    for stage in STAGES:
        wanted = dg.AssetRecordsFilter(asset_key=dg.AssetKey(stage), asset_partitions=[shard])
        for record in instance.fetch_materializations(wanted, limit=1).records:
            event = record.asset_materialization
            tags = (event.tags if event else None) or {}
            time = datetime.fromtimestamp(record.timestamp, UTC).isoformat()
            code_version = tags.get("dagster/code_version")
            found[stage] = Made(record.run_id or None, code_version, time)
    return found
