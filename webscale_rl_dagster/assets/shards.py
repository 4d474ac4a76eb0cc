"""What every stage asset shares: its options, and writing a shard with its metadata."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
import polars as pl

from webscale_rl_dagster.assets.metadata import shard_metadata
from webscale_rl_dagster.inference.journal import JournalPlace
from webscale_rl_dagster.inference.usage import Usage
from webscale_rl_dagster.partitions import SHARDS
from webscale_rl_dagster.prompts.library import load_template
from webscale_rl_dagster.storage.tables import Tables

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


@dataclass(frozen=True)
class Made:
    """A stage's result for one shard."""

    frame: pl.DataFrame
    usage: Usage | None = None


def make_shards(
    context: dg.AssetExecutionContext, tables: Tables, make: Callable[[JournalPlace], Made]
) -> None:
    """Make, write and describe the asset's table for every shard of the run, one by one."""
    table = context.asset_key.to_user_string()
    for shard in context.partition_keys:
        made = make(JournalPlace(table, shard, context.run.run_id))
        written = tables.write(table, shard, made.frame)
        context.add_asset_metadata(
            shard_metadata(
                table, shard, made.frame, written=written, tables=tables, usage=made.usage
            ),
            partition_key=shard,
        )
