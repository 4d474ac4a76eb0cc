"""Runs a job in this process, on the same Dagster state that the UI shows."""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import dagster as dg

from webscale_rl_dagster.automation.failures import message_of
from webscale_rl_dagster.automation.launching.processes import PROCESS, Whereabouts
from webscale_rl_dagster.cli.opening import database_errors_told, opened
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.home import dagster_home

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Dagster's console log would tear the progress bars; the events are in the UI all the same."""


@contextmanager
def local_instance(config: Config) -> Iterator[dg.DagsterInstance]:
    """The instance in DAGSTER_HOME, made if it is new.

    Raises:
        InstanceError: it cannot be opened, or its database goes away meanwhile.
    """
    logging.getLogger("dagster").setLevel(logging.ERROR)
    home = dagster_home(config)
    with database_errors_told(home), opened(home) as instance:
        yield instance


@contextmanager
def only_run_of(shard: str, config: Config, *, waiting: Callable[[], None]) -> Iterator[None]:
    """One run of a shard at a time on this machine; a lock goes with its process, however it ends.

    Two at once would lose nothing, but each would make the other's verdicts stale. `waiting` is
    called if another run has it.
    """
    path = dagster_home(config) / "locks" / f"{shard.replace('/', '.')}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def execute(
    definitions: dg.Definitions,
    job: str,
    *,
    instance: dg.DagsterInstance,
    shard: str | None = None,
    run_config: Mapping[str, Any] | None = None,
    tags: Mapping[str, str] | None = None,
) -> dg.ExecuteInProcessResult:
    """One run to its end; a failed run is a result, not an exception.

    It says which process it is in, so that run monitoring sees whether it still goes on.
    """
    return definitions.resolve_job_def(job).execute_in_process(
        instance=instance,
        partition_key=shard,
        run_config={**_QUIET, **(run_config or {})},
        tags={**(tags or {}), PROCESS: str(Whereabouts.of_this_process())},
        raise_on_error=False,
    )


def failure_of(result: dg.ExecuteInProcessResult) -> str | None:
    """The message of the step that failed first, or None."""
    for event in result.all_events:
        if event.is_step_failure:
            return message_of(event)
    return None
