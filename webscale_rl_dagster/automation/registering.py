"""Tells Dagster, and the records beside the data, of tables of `raw_documents`."""

from __future__ import annotations

import dagster as dg

from webscale_rl_dagster.assets.metadata import shard_metadata
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.corpora.shards import IngestedShard
from webscale_rl_dagster.expectations.links import page_links
from webscale_rl_dagster.lineage.records import made_of, record_made
from webscale_rl_dagster.partitions import SHARDS, add_partition
from webscale_rl_dagster.storage.rereading import reread
from webscale_rl_dagster.storage.tables import Tables, WrittenTable

_RAW = dg.AssetKey("raw_documents")


def register_shard(
    context: dg.OpExecutionContext, shard: IngestedShard, tables: Tables, settings: Config
) -> None:
    """Partition first, then the materialization; a shard reported once is not reported again.

    What this run wrote is recorded in any case: a record of the same rows, written by another run
    at the same time, speaks of other bytes.
    """
    known = context.instance.has_dynamic_partition(str(SHARDS.name), shard.key)
    if not known:
        add_partition(context.instance, SHARDS, shard.key)
    told = known and shard.key in context.instance.get_materialized_partitions(_RAW)
    if told and not shard.new and "raw_documents" in made_of(tables.objects, shard.key):
        return
    written = reread(lambda: tables.written("raw_documents", shard.key))
    if not told:
        links = page_links("raw_documents", shard.key, settings)
        made = reread(lambda: _materialization(shard.key, tables, written))
        context.log_event(made.with_metadata({**made.metadata, **links}))
    reread(lambda: _record(shard.key, tables, written, run_id=context.run_id))


def adopt_shard(instance: dg.DagsterInstance, key: str, tables: Tables) -> None:
    """Make a shard that lies on storage known here: to another machine, or after a lost run.

    The partition comes last: it says that the rest was told.
    """
    if instance.has_dynamic_partition(str(SHARDS.name), key):
        return
    written = tables.written("raw_documents", key)
    instance.report_runless_asset_event(_materialization(key, tables, written))
    _record(key, tables, written, run_id=None)
    add_partition(instance, SHARDS, key)


def report_rewritten(instance: dg.DagsterInstance, key: str, tables: Tables, why: str) -> None:
    """Tell of a table that was rewritten in its place; nothing, if that was told already.

    The record beside the data comes last: after a crash in between it is told once more.
    """
    written = tables.written("raw_documents", key)
    if _is_recorded(key, tables, written):
        return
    materialization = _materialization(key, tables, written)
    instance.report_runless_asset_event(
        materialization.with_metadata({**materialization.metadata, "why": why})
    )
    _record(key, tables, written, run_id=None)


def _record(key: str, tables: Tables, written: WrittenTable, *, run_id: str | None) -> None:
    """Beside the data, unless what lies there is recorded already."""
    if not _is_recorded(key, tables, written):
        record_made(tables, "raw_documents", key, written=written, run_id=run_id)


def _is_recorded(key: str, tables: Tables, written: WrittenTable) -> bool:
    known = made_of(tables.objects, key).get("raw_documents")
    return known is not None and known.sha256 == written.sha256


def _materialization(key: str, tables: Tables, written: WrittenTable) -> dg.AssetMaterialization:
    metadata = shard_metadata("raw_documents", key, written=written, tables=tables, usage=None)
    return dg.AssetMaterialization(asset_key=_RAW, partition=key, metadata=metadata)
