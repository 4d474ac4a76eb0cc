"""The ingestion job: reads corpus files, registers their shards and reports `raw_documents`."""

from pathlib import Path

import dagster as dg

from webscale_rl_dagster.assets.metadata import shard_metadata
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.partitions import SHARDS
from webscale_rl_dagster.resources.storage import StorageResource
from webscale_rl_dagster.stages.ingest import IngestedShard, IngestProgress, ingest
from webscale_rl_dagster.storage.tables import Tables


class IngestConfig(dg.Config):
    """What to ingest. A corpus named in pipeline.yaml brings its own path, format and licence."""

    corpus: str
    path: str | None = None
    format: str = "auto"
    text_field: str = "text"
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
        Path(source.path or ""),
        corpus=source.corpus,
        tables=tables,
        shard_documents=settings.shard_documents,
        max_document_bytes=settings.filter.max_document_bytes,
        format=source.format,
        text_field=source.text_field,
        licence=source.licence,
        on_progress=ingest_report,
    )
    for shard in shards:
        _register(context, shard, tables)


@dg.job(description="Adds the documents of a file or folder to a corpus; safe to repeat.")
def ingest_corpus() -> None:
    """One op: a file's shards are known only once it is read."""
    ingest_files()


def _resolve(config: IngestConfig, settings: Config) -> IngestConfig:
    known = next((corpus for corpus in settings.corpora if corpus.name == config.corpus), None)
    if config.path is not None:
        return config
    if known is None:
        raise dg.Failure(
            f"corpus {config.corpus!r} is not in pipeline.yaml: add it under `corpora`, or give "
            "the path to ingest",
            allow_retries=False,
        )
    return IngestConfig(
        corpus=known.name,
        path=known.uri,
        format=known.format,
        text_field=known.text_field,
        licence=known.licence,
    )


def _register(context: dg.OpExecutionContext, shard: IngestedShard, tables: Tables) -> None:
    """Partition first, then the materialization; a shard reported once is not reported again."""
    asset = dg.AssetKey("raw_documents")
    known = context.instance.has_dynamic_partition(str(SHARDS.name), shard.key)
    if not known:
        context.instance.add_dynamic_partitions(str(SHARDS.name), [shard.key])
    if known and shard.key in context.instance.get_materialized_partitions(asset):
        return
    frame = tables.read("raw_documents", shard.key)
    context.log_event(
        dg.AssetMaterialization(
            asset_key=asset,
            partition=shard.key,
            metadata=shard_metadata(
                "raw_documents", shard.key, frame, written=shard.table, tables=tables, usage=None
            ),
        )
    )
