"""All that Dagster loads, in one place."""

from __future__ import annotations

import dagster as dg

from webscale_rl_dagster.assets.candidate_qa import candidate_qa
from webscale_rl_dagster.assets.checked_qa import checked_qa
from webscale_rl_dagster.assets.classified_documents import classified_documents
from webscale_rl_dagster.assets.data_docs import data_docs
from webscale_rl_dagster.assets.dataset_release import dataset_release
from webscale_rl_dagster.assets.filtered_documents import filtered_documents
from webscale_rl_dagster.assets.raw_documents import raw_documents
from webscale_rl_dagster.assets.verified_qa import verified_qa
from webscale_rl_dagster.automation.arriving import arriving
from webscale_rl_dagster.automation.ingestion.job import IngestReport, ingest_corpus
from webscale_rl_dagster.automation.jobs import (
    build_docs,
    data_docs_daily,
    make_pairs,
    make_release,
)
from webscale_rl_dagster.automation.notifications.sensors import notification_sensors
from webscale_rl_dagster.automation.openlineage.sensor import openlineage_sensor
from webscale_rl_dagster.automation.publishing import publishing_sensor
from webscale_rl_dagster.config import Config, load_config
from webscale_rl_dagster.expectations.gate import release_check, suite_check
from webscale_rl_dagster.inference.engines.pool import EnginePool
from webscale_rl_dagster.inference.progress import LogProgress, Progress
from webscale_rl_dagster.releases.progress import LogReleaseProgress, ReleaseProgress
from webscale_rl_dagster.resources.decontamination import DecontaminationResource
from webscale_rl_dagster.resources.models import ModelsResource
from webscale_rl_dagster.resources.s3 import s3_resource
from webscale_rl_dagster.resources.storage import StorageResource
from webscale_rl_dagster.schemas import STAGES


def build_definitions(
    config: Config,
    *,
    progress: Progress | None = None,
    ingest_report: IngestReport | None = None,
    release_progress: ReleaseProgress | None = None,
    engines: EnginePool | None = None,
) -> dg.Definitions:
    """The pipeline for one configuration; the CLI passes its own progress bars and engines."""
    log = dg.get_dagster_logger()
    arrivals = arriving(config)
    return dg.Definitions(
        assets=[
            raw_documents,
            filtered_documents,
            classified_documents,
            candidate_qa,
            checked_qa,
            verified_qa,
            dataset_release,
            data_docs,
        ],
        asset_checks=[*(suite_check(stage) for stage in STAGES), release_check(), *arrivals.checks],
        jobs=[ingest_corpus, make_pairs, make_release, build_docs, *arrivals.jobs],
        schedules=[data_docs_daily, *arrivals.schedules],
        sensors=[
            *arrivals.sensors,
            publishing_sensor,
            *notification_sensors(config),
            openlineage_sensor,
        ],
        executor=dg.in_process_executor,
        resources={
            "storage": StorageResource.of(config),
            "models": ModelsResource.of(config, engines or EnginePool()),
            "decontamination": DecontaminationResource.of(config),
            "s3": s3_resource(config),
            "settings": config,
            "progress": progress or LogProgress(log),
            "ingest_report": ingest_report or IngestReport(),
            "release_progress": release_progress or LogReleaseProgress(log),
        },
    )


defs = build_definitions(load_config())
