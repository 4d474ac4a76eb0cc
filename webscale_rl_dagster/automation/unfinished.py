"""Runs of a corpus that have not come to their end."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import dagster as dg

from webscale_rl_dagster.automation.tags import CORPUS, INGESTS

_UNFINISHED = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_RETRIED_S = 600
"""A run that Dagster said it would retry is given so long; its daemon may have failed at it."""


def unfinished_runs(instance: dg.DagsterInstance, corpus: str, job: str) -> list[dg.DagsterRun]:
    """Those that are tagged with the corpus, whoever started them."""
    wanted = dg.RunsFilter(job_name=job, statuses=_UNFINISHED, tags={CORPUS: corpus})
    return list(instance.get_runs(wanted))


def unfinished_ingestions(instance: dg.DagsterInstance, corpus: str) -> list[dg.DagsterRun]:
    """Whoever started them: a run from Dagster's launchpad names its corpus in its config alone.

    One that names none is of the only corpus there is, or fails at once.
    """
    runs = instance.get_runs(dg.RunsFilter(job_name=INGESTS, statuses=_UNFINISHED))
    return [run for run in runs if _corpus_ingested(run) in (corpus, None)]


def waits_for_retry(record: dg.RunRecord) -> bool:
    """Whether the run failed, and Dagster is about to start it again."""
    waiting = record.dagster_run.is_complete_and_waiting_to_retry
    return waiting and (record.end_time or 0.0) > time.time() - _RETRIED_S


def _corpus_ingested(run: dg.DagsterRun) -> str | None:
    """None if it names none."""
    if CORPUS in run.tags:
        return run.tags[CORPUS]
    config: Any = run.run_config
    for key in ("ops", "ingest_files", "config", "corpus"):
        config = config.get(key) if isinstance(config, Mapping) else None
    return config if isinstance(config, str) and config else None
