"""The ingestion job: reads corpus files, and registers each shard as it is written."""

import functools
from pathlib import Path

import dagster as dg
from pydantic import Field

from webscale_rl_dagster.automation.arrived import ArrivedFiles
from webscale_rl_dagster.automation.outstanding import ONE_INGESTS
from webscale_rl_dagster.automation.registering import register_shard
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


class ArrivedFile(dg.Config):
    """A version of a file in the ledger of arrivals."""

    path: str
    version: str


class IngestConfig(dg.Config):
    """What to ingest. What is left out comes from the corpus of that name in pipeline.yaml."""

    corpus: str = Field(
        default="", description="Its name; empty: the only corpus of pipeline.yaml."
    )
    path: str | None = Field(
        default=None, description="A file, a folder or s3://bucket/prefix; else the corpus's `uri`."
    )
    files: list[ArrivedFile] = Field(
        default=[],
        description="What the corpus's sensor found, in place of `path`; leave it out.",
    )
    format: str | None = Field(
        default=None, description="As `corpora[].format`; else by the file's ending."
    )
    subset: str | None = Field(default=None, description="Of a Hugging Face dataset.")
    split: str | None = Field(default=None, description="Of a Hugging Face dataset.")
    text_field: str | None = Field(
        default=None, description="The field that holds the text; else the corpus's, else `text`."
    )
    licence: str | None = Field(
        default=None, description="SPDX id for records that name no licence."
    )


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


def _resolve(config: IngestConfig, settings: Config) -> CorpusConfig:
    """What this run reads; how the corpus's files arrive is no matter of its."""
    only = settings.corpora[0].name if len(settings.corpora) == 1 else ""
    name = config.corpus or only
    known = next((corpus for corpus in settings.corpora if corpus.name == name), None)
    if not name:
        names = ", ".join(corpus.name for corpus in settings.corpora) or "none"
        raise dg.Failure(
            f"which corpus? Give its name as `corpus`; pipeline.yaml knows {names}",
            allow_retries=False,
        )
    if known is None and config.path is None:
        raise dg.Failure(
            f"corpus {name!r} is not in pipeline.yaml: add it under `corpora`, or give the path "
            "to ingest",
            allow_retries=False,
        )
    base = known.model_dump(exclude={"ingestion"}) if known else {}
    given = {
        "uri": config.path,
        "format": config.format,
        "subset": config.subset,
        "split": config.split,
        "text_field": config.text_field,
        "licence": config.licence,
    }
    chosen = {name: value for name, value in given.items() if value is not None}
    return CorpusConfig.model_validate({"name": name} | base | chosen)
