"""What every stage asset shares: its options, and writing a shard with its metadata."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import dagster as dg

from webscale_rl_dagster.assets.metadata import shard_metadata
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.expectations.links import page_links
from webscale_rl_dagster.inference.journal import JournalPlace
from webscale_rl_dagster.inference.usage import Usage
from webscale_rl_dagster.lineage.accounting import stage_usage
from webscale_rl_dagster.lineage.records import record_made
from webscale_rl_dagster.partitions import SHARDS
from webscale_rl_dagster.prompts.library import load_template
from webscale_rl_dagster.storage.tables import Tables, TableWriter

OWNERS = ["team:data"]
MODEL_POOL = "models"
"""Assets that call a model; a deployment with one GPU limits this pool to one run."""


def stage_options(*, group: str, logic: str, templates: Sequence[str] = ()) -> dict[str, Any]:
    """Options of a stage asset. Its code version changes with its logic and with its prompts."""
    version = "+".join([logic, *(load_template(name).ref.sha for name in templates)])
    options: dict[str, Any] = {
        "partitions_def": SHARDS,
        "group_name": group,
        "kinds": {"polars", "parquet"} | ({"llm"} if templates else set()),
        "owners": OWNERS,
        "code_version": version,
    }
    return options | ({"pool": MODEL_POOL} if templates else {})


def make_shards(
    context: dg.AssetExecutionContext,
    tables: Tables,
    settings: Config,
    make: Callable[[JournalPlace, TableWriter], Usage | None],
) -> None:
    """Make and describe the asset's table for every shard of the run, one by one.

    `make` adds each row as it comes; a shard that fails half-way leaves the table it had before.
    """
    table = context.asset_key.to_user_string()
    for shard in context.partition_keys:
        with tables.writer(table, shard) as writer:
            usage = make(JournalPlace(table, shard, context.run.run_id), writer)
        record_made(
            tables,
            table,
            shard,
            written=writer.written,
            run_id=context.run.run_id,
            code_version=context.assets_def.code_versions_by_key[context.asset_key],
            usage=usage and stage_usage(tables.objects, table, shard, prices=settings.prices),
        )
        context.add_asset_metadata(
            shard_metadata(
                table,
                shard,
                written=writer.written,
                tables=tables,
                usage=usage,
                links=page_links(table, shard, settings),
            ),
            partition_key=shard,
        )
