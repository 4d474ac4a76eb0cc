"""Opens Dagster's state, and says in one paragraph why it cannot be opened."""

from __future__ import annotations

import fcntl
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from dagster import DagsterInvalidConfigError
from sqlalchemy.exc import DBAPIError
from yaml import YAMLError

from webscale_rl_dagster.errors import InstanceError

_LIMITED = {
    "dagster/partition": "two runs of one shard at once make each other's verdicts stale",
    "webscale_rl/ingests": "of two runs that ingest at once, each keeps a text that is in both",
}
"""Tags with a limit, and what comes of it without one."""
_UNSET = re.compile(r'environment variable "(\w+)" which is not set')
_ASIDE = re.compile(r" Expected: | You must provide | Stack Trace: ")


@contextmanager
def opened(home: Path) -> Iterator[dg.DagsterInstance]:
    """The instance of a folder.

    Raises:
        InstanceError: its dagster.yaml is wrong, or Postgres is named and its package missing.
    """
    try:
        with _one_at_a_time(home):
            instance = dg.DagsterInstance.from_config(str(home))
    except (DagsterInvalidConfigError, YAMLError) as error:
        raise InstanceError(
            f"{home / 'dagster.yaml'} cannot be used: {_wrong(error)}. deploy/dagster.yaml is one "
            "that works, and names the environment variables that it takes its secrets from"
        ) from error
    except Exception as error:
        if "dagster_postgres" not in str(error):
            raise
        raise InstanceError(
            f"{home / 'dagster.yaml'} keeps Dagster's state in Postgres, for which a package is "
            "missing here: pip install 'webscale-rl-dagster[postgres]'"
        ) from error
    with instance:
        yield instance


@contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    """Of processes that find no database yet each would make one, and all but the first fail."""
    folder = os.open(home, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


@contextmanager
def database_errors_told(home: Path) -> Iterator[None]:
    """For whatever uses the instance of this folder.

    Raises:
        InstanceError: instead of what SQLAlchemy raises, bare or wrapped, when a database does not
            answer, refuses the user, or is not as Dagster left it.
    """
    root = logging.getLogger()
    root.addFilter(_is_no_retry)
    try:
        yield
    except Exception as error:
        failed = _database_error(error)
        if failed is None:
            raise
        raise InstanceError(
            f"the database of Dagster's state fails: {' '.join(str(failed.orig).split())}. "
            f"{home / 'dagster.yaml'} says under `storage` where it is and who asks: start it, or "
            "mend address, user or password; after an upgrade of Dagster run `dagster instance "
            "migrate`. Nothing is lost: finished model calls and tables are on the storage, and "
            "the same command goes on from there"
        ) from error
    finally:
        root.removeFilter(_is_no_retry)


def load_all(instance: dg.DagsterInstance, home: Path) -> None:
    """What Dagster loads only when a run needs it.

    Raises:
        InstanceError: a part cannot be loaded.
    """
    for part in ("run_coordinator", "run_launcher", "compute_log_manager"):
        try:
            getattr(instance, part)
        except Exception as error:
            raise InstanceError(
                f"{home / 'dagster.yaml'} names a {part} that cannot be loaded: "
                f"{' '.join(str(error).split())[:400]}. Install its package, or mend its section"
            ) from error


def lacking(instance: dg.DagsterInstance) -> list[str]:
    """What a dagster.yaml should say and does not; each says what that comes to."""
    queue = instance.get_concurrency_config().run_queue_config
    limits = queue.tag_concurrency_limits if queue else []
    limited = {limit.get("key") for limit in limits}
    found = [
        f"no limit for the tag {tag} under `concurrency.runs.tag_concurrency_limits`: {why}"
        for tag, why in _LIMITED.items()
        if tag not in limited
    ]
    if instance.run_launcher.supports_check_run_worker_health and not (
        instance.run_monitoring_enabled and instance.run_retries_enabled
    ):
        found.append(
            "`run_monitoring` and `run_retries` are not both enabled: a run whose process died "
            "stays as it is until somebody sees it"
        )
    return found


def _wrong(error: DagsterInvalidConfigError | YAMLError) -> str:
    """Without the schema, the advice and the stack that Dagster adds."""
    if isinstance(error, YAMLError):
        return f"it is no YAML: {' '.join(str(error).split())}"
    unset = _UNSET.findall(" ".join(item.message for item in error.errors))
    if unset:
        return f"it takes values from {', '.join(unset)}, not set here"
    return "; ".join(
        _ASIDE.split(" ".join(item.message.split()))[0].rstrip(".") for item in error.errors
    )


def _database_error(error: BaseException | None) -> DBAPIError | None:
    while error is not None and not isinstance(error, DBAPIError):
        error = error.__cause__
    return error


def _is_no_retry(record: logging.LogRecord) -> bool:
    """Dagster warns at each of six tries to connect; what it comes to is told once."""
    return not str(record.msg).startswith("Retrying failed database")
