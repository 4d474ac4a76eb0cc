"""The sensor of a corpus with `ingestion`: finds its files and has each version ingested once."""

# No `from __future__ import annotations`: Dagster reads the sensor's annotations as objects.
from collections.abc import Sequence

import dagster as dg

from webscale_rl_dagster.automation.ingestion.batching import Asked, ask
from webscale_rl_dagster.automation.ingestion.freshness import freshness_events
from webscale_rl_dagster.automation.ingestion.job import ingest_corpus
from webscale_rl_dagster.automation.ingestion.listings import listing_of
from webscale_rl_dagster.automation.tags import CORPUS
from webscale_rl_dagster.config import CorpusConfig, IngestionConfig
from webscale_rl_dagster.corpora.arrivals.ledger import read_ledger
from webscale_rl_dagster.corpora.arrivals.looking import look
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.identity import identifier
from webscale_rl_dagster.resources.s3 import S3ClientResource
from webscale_rl_dagster.resources.storage import StorageResource


def arrivals_sensor(corpus: CorpusConfig, ingestion: IngestionConfig) -> dg.SensorDefinition:
    """The corpus's own sensor, which runs unless it is turned off."""

    @dg.sensor(
        name=f"arrivals_{identifier(corpus.name)}",
        job=ingest_corpus,
        minimum_interval_seconds=ingestion.every_s,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=(
            f"Has new and changed files under {corpus.uri} ingested, a batch at a time, while "
            f"fewer than {ingestion.max_queued_shards} shards wait to be made into pairs."
        ),
        tags={CORPUS: corpus.name},
    )
    def arrivals(
        context: dg.SensorEvaluationContext, storage: StorageResource, s3: S3ClientResource
    ) -> dg.SensorResult:
        """The ledger is on storage before a run is requested; repeating a tick requests nothing.

        A corpus that cannot be listed goes quiet as one does whose files stop coming.
        """
        objects = storage.objects()
        try:
            listing = listing_of(corpus, s3.get_client)
            listed = listing if ingestion.schedule is None else None
            looked = look(objects, corpus.name, listed, names_sort=ingestion.names_sort)
        except StorageError:
            rows = read_ledger(objects, corpus.name).rows
            for event in freshness_events(context.instance, corpus, rows):
                context.instance.report_runless_asset_event(event)
            raise
        asked = ask(context.instance, objects, corpus.name, ingestion, listing, looked.rows)
        return _result(asked, freshness_events(context.instance, corpus, looked.rows))

    return arrivals


def _result(asked: Asked, events: Sequence[dg.AssetCheckEvaluation]) -> dg.SensorResult:
    if isinstance(asked, str):
        return dg.SensorResult(skip_reason=asked, asset_events=events)
    return dg.SensorResult(run_requests=[asked], asset_events=events)
