"""The ingestion job: reads corpus files, and registers each shard as it is written."""

import functools
from pathlib import Path

import dagster as dg

from webscale_rl_dagster.automation.ingestion.arrived import ArrivedFiles
from webscale_rl_dagster.automation.ingestion.config import ArrivedFile, IngestConfig, resolve
from webscale_rl_dagster.automation.registering import register_shard
from webscale_rl_dagster.automation.tags import ONE_INGESTS
from webscale_rl_dagster.config import Config, CorpusConfig
from webscale_rl_dagster.corpora.arrivals.batches import Arrival
from webscale_rl_dagster.corpora.records import ReadOptions, is_stored
from webscale_rl_dagster.resources.storage import StorageResource
from webscale_rl_dagster.stages.ingest import IngestProgress, ingest
from webscale_rl_dagster.stages.ingestion import Ingestion
from webscale_rl_dagster.storage.connected import bucket_objects
from webscale_rl_dagster.storage.tables import Tables

_NAMED = 5
"""Files that a failed run names."""


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
    source = resolve(config, settings)
    if config.files:
        _ingest_arrived(context, config.files, source, tables, settings)
        return
    shards = ingest(
        source.uri if is_stored(source.uri) else Path(source.uri).expanduser(),
        corpus=source.name,
        tables=tables,
        shard_documents=settings.shard_documents,
        max_document_bytes=settings.filter.max_document_bytes,
        format=source.format,
        subset=source.subset,
        split=source.split,
        text_field=source.text_field,
        licence=source.licence,
        near_duplicates=settings.deduplication.documents,
        on_progress=ingest_report,
        open_bucket=functools.partial(bucket_objects, config=settings),
    )
    for shard in shards:
        register_shard(context, shard, tables, settings)


@dg.job(
    description="Adds the documents of a file or folder to a corpus; safe to repeat.",
    tags={ONE_INGESTS: "true"},
)
def ingest_corpus() -> None:
    """One op: a file's shards are known only once it is read."""
    ingest_files()


def _ingest_arrived(
    context: dg.OpExecutionContext,
    files: list[ArrivedFile],
    source: CorpusConfig,
    tables: Tables,
    settings: Config,
) -> None:
    """The run fails once it is through, if a file did.

    A bucket is opened once, however many files lie in it: each time asks for credentials.
    """
    arrived = ArrivedFiles(
        corpus=source.name,
        format=source.format,
        run_id=context.run_id,
        objects=tables.objects,
        open_bucket=functools.cache(functools.partial(bucket_objects, config=settings)),
    )
    found = [Arrival(file.path, file.version) for file in files]
    with Ingestion(
        corpus=source.name,
        tables=tables,
        shard_documents=settings.shard_documents,
        options=ReadOptions(source.text_field, source.licence, settings.filter.max_document_bytes),
        near_duplicates=settings.deduplication.documents,
    ) as ingestion:
        for shard in arrived.ingested(found, ingestion):
            register_shard(context, shard, tables, settings)
    if arrived.failures:
        raise dg.Failure(
            f"{len(arrived.failures):,} of {len(files):,} files were not ingested: "
            f"{'; '.join(arrived.failures[:_NAMED])}. `webscale-rl arrivals` has them all",
            allow_retries=False,
        )
