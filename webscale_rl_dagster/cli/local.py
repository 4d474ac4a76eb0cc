"""Runs a job in this process, on the same Dagster state that the UI shows."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import dagster as dg

from webscale_rl_dagster.config import Config
from webscale_rl_dagster.home import dagster_home

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Dagster's console log would tear the progress bars; the events are in the UI all the same."""


@contextmanager
def local_instance(config: Config) -> Iterator[dg.DagsterInstance]:
    """The instance in DAGSTER_HOME, made if it is new."""
    os.environ["DAGSTER_HOME"] = str(dagster_home(config))
    logging.getLogger("dagster").setLevel(logging.ERROR)
    with dg.DagsterInstance.get() as instance:
        yield instance


def execute(
    definitions: dg.Definitions,
    job: str,
    *,
    instance: dg.DagsterInstance,
    shard: str | None = None,
    run_config: Mapping[str, Any] | None = None,
) -> dg.ExecuteInProcessResult:
    """One run to its end; a failed run is a result, not an exception."""
    return definitions.resolve_job_def(job).execute_in_process(
        instance=instance,
        partition_key=shard,
        run_config={**_QUIET, **(run_config or {})},
        tags={"webscale_rl/shard": shard} if shard else None,
        raise_on_error=False,
    )


def failure_of(result: dg.ExecuteInProcessResult) -> str | None:
    """The message of the step that failed first, or None."""
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            while error is not None and error.cause is not None:
                error = error.cause
            return f"{event.step_key}: {error.message.strip() if error else 'unknown error'}"
    return None
