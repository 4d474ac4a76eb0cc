"""Runs a job in this process, on the same Dagster state that the UI shows."""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import dagster as dg

from webscale_rl_dagster import errors
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.home import dagster_home

if TYPE_CHECKING:
    from dagster_shared.error import SerializableErrorInfo

_OURS = {kind.__name__ for kind in vars(errors).values() if isinstance(kind, type)}
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Dagster's console log would tear the progress bars; the events are in the UI all the same."""


@contextmanager
def local_instance(config: Config) -> Iterator[dg.DagsterInstance]:
    """The instance in DAGSTER_HOME, made if it is new."""
    logging.getLogger("dagster").setLevel(logging.ERROR)
    with dg.DagsterInstance.from_config(str(dagster_home(config))) as instance:
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
            error = _root(event)
            return f"{event.step_key}: {error.message.strip() if error else 'unknown error'}"
    return None


def _root(event: dg.DagsterEvent) -> SerializableErrorInfo | None:
    """The error of a chain that says what to do: our own, else the one that started it."""
    error = event.step_failure_data.error
    while error is not None and error.cause is not None and error.cls_name not in _OURS:
        error = error.cause
    return error
