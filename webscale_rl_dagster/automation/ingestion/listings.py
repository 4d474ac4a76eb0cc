"""Where a corpus's files are listed, and the job that lists them at times of its own."""

# No `from __future__ import annotations`: Dagster reads the op's annotations as objects.
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg

from webscale_rl_dagster.automation.tags import CORPUS
from webscale_rl_dagster.config import Config, CorpusConfig
from webscale_rl_dagster.corpora.arrivals.bucket import BucketListing
from webscale_rl_dagster.corpora.arrivals.folder import FolderListing
from webscale_rl_dagster.corpora.arrivals.listing import Listing
from webscale_rl_dagster.corpora.arrivals.looking import look
from webscale_rl_dagster.corpora.arrivals.standing import standing_of
from webscale_rl_dagster.resources.s3 import S3ClientResource
from webscale_rl_dagster.resources.storage import StorageResource


def listing_of(corpus: CorpusConfig, client: Callable[[], Any]) -> Listing:
    """Of its bucket, by a client that is made only for it, or of its folder."""
    if corpus.uri.startswith("s3://"):
        return BucketListing(client(), corpus.uri, corpus.format)
    return FolderListing(Path(corpus.uri).expanduser(), corpus.format)


class ListConfig(dg.Config):
    """Whose files are looked for."""

    corpus: str


@dg.op(description="Looks for new, changed and deleted files until the whole corpus is listed.")
def list_files(
    context: dg.OpExecutionContext,
    config: ListConfig,
    storage: StorageResource,
    s3: S3ClientResource,
    settings: dg.ResourceParam[Config],
) -> None:
    """The corpus's sensor has what is found ingested, as fast as there is room."""
    corpus = next((one for one in settings.corpora if one.name == config.corpus), None)
    if corpus is None:
        raise dg.Failure(
            f"corpus {config.corpus!r} is not in pipeline.yaml: add it under `corpora`",
            allow_retries=False,
        )
    objects = storage.objects()
    listing = listing_of(corpus, s3.get_client)
    while True:
        looked = look(objects, corpus.name, listing, names_sort=False)
        found = standing_of(looked.rows)
        context.log.info(f"{found.files:,} files, {found.waiting:,} of them wait to be ingested")
        if looked.through:
            return


@dg.job(description="Finds new, changed and deleted files of a corpus; ingests none of them.")
def list_arrivals() -> None:
    """For corpora whose `ingestion` has a `schedule`."""
    list_files()


def listing_schedule(corpus: CorpusConfig, cron: str, name: str) -> dg.ScheduleDefinition:
    """Lists the corpus at the times of a cron line."""
    return dg.ScheduleDefinition(
        name=name,
        job=list_arrivals,
        cron_schedule=cron,
        run_config={"ops": {"list_files": {"config": {"corpus": corpus.name}}}},
        tags={CORPUS: corpus.name},
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"Looks for files under {corpus.uri}; its sensor has them ingested.",
    )
