"""The ingestion job: reads corpus files, registers their shards and reports `raw_documents`."""

from pathlib import Path

import dagster as dg

from webscale_rl_dagster.assets.metadata import shard_metadata
from webscale_rl_dagster.config import Config, CorpusConfig
from webscale_rl_dagster.lineage.records import made_of, record_made
from webscale_rl_dagster.partitions import SHARDS
from webscale_rl_dagster.resources.storage import StorageResource
from webscale_rl_dagster.stages.ingest import IngestedShard, IngestProgress, ingest
from webscale_rl_dagster.storage.tables import Tables, WrittenTable

_RAW = dg.AssetKey("raw_documents")


class IngestConfig(dg.Config):
    """What to ingest. What is left out comes from the corpus of that name in pipeline.yaml."""

    corpus: str
    path: str | None = None
    format: str | None = None
    text_field: str | None = None
    licence: str | None = None


class IngestReport:
    """Told of every chunk read; the CLI draws a bar from it."""

    def __call__(self, progress: IngestProgress) -> None: ...


@dg.op(description="Reads the files, writes raw_documents, registers and reports each new shard.")
def ingest_files(
    context: dg.OpExecutionContext,
    config: IngestConfig,
    storage: StorageResource,
    settings: dg.ResourceParam[Config],
    ingest_report: dg.ResourceParam[IngestReport],
) -> None:
    """Shards are registered as they are written, so a run that dies leaves whole shards."""
    tables = storage.tables()
    source = _resolve(config, settings)
    shards = ingest(
        Path(source.uri).expanduser(),
        corpus=source.name,
        tables=tables,
        shard_documents=settings.shard_documents,
        max_document_bytes=settings.filter.max_document_bytes,
        format=source.format,
        text_field=source.text_field,
        licence=source.licence,
        near_duplicates=settings.deduplication.documents,
        on_progress=ingest_report,
    )
    for shard in shards:
        _register(context, shard, tables)


@dg.job(description="Adds the documents of a file or folder to a corpus; safe to repeat.")
def ingest_corpus() -> None:
    """One op: a file's shards are known only once it is read."""
    ingest_files()


def _resolve(config: IngestConfig, settings: Config) -> CorpusConfig:
    known = next((corpus for corpus in settings.corpora if corpus.name == config.corpus), None)
    if known is None and config.path is None:
        raise dg.Failure(
            f"corpus {config.corpus!r} is not in pipeline.yaml: add it under `corpora`, or give "
            "the path to ingest",
            allow_retries=False,
        )
    base = known.model_dump() if known else {}
    given = {
        "uri": config.path,
        "format": config.format,
        "text_field": config.text_field,
        "licence": config.licence,
    }
    chosen = {name: value for name, value in given.items() if value is not None}
    return CorpusConfig.model_validate({"name": config.corpus} | base | chosen)


def adopt_shard(instance: dg.DagsterInstance, key: str, tables: Tables) -> None:
    """Make a shard that lies on storage known here: to another machine, or after a lost run.

    The partition comes last: it says that the rest was told.
    """
    if instance.has_dynamic_partition(str(SHARDS.name), key):
        return
    written = tables.written("raw_documents", key)
    instance.report_runless_asset_event(_materialization(key, tables, written))
    _record(key, tables, written, run_id=None)
    instance.add_dynamic_partitions(str(SHARDS.name), [key])


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


def _register(context: dg.OpExecutionContext, shard: IngestedShard, tables: Tables) -> None:
    """Partition first, then the materialization; a shard reported once is not reported again."""
    known = context.instance.has_dynamic_partition(str(SHARDS.name), shard.key)
    if not known:
        context.instance.add_dynamic_partitions(str(SHARDS.name), [shard.key])
    told = known and shard.key in context.instance.get_materialized_partitions(_RAW)
    if told and "raw_documents" in made_of(tables.objects, shard.key):
        return
    written = tables.written("raw_documents", shard.key)
    if not told:
        context.log_event(_materialization(shard.key, tables, written))
    _record(shard.key, tables, written, run_id=context.run_id)


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
