"""What lies beside the storage on this machine: Dagster's own state, and the index of the audit."""

from __future__ import annotations

import os
from pathlib import Path

from webscale_rl_dagster.config import Config
from webscale_rl_dagster.errors import InstanceError

_DAGSTER_YAML = """\
# One place for runs, events and schedules of this pipeline on this machine.
telemetry:
  enabled: false
nux:
  enabled: false
# Two runs of one shard at once would lose nothing, but each would make the other's verdicts stale.
concurrency:
  runs:
    tag_concurrency_limits:
      - key: dagster/partition
        value: {applyLimitPerUniqueValue: true}
        limit: 1
      # Two runs that ingest would not find each other's texts, and keep one twice that is in both.
      - key: webscale_rl/ingests
        limit: 1
"""


def dagster_home(config: Config) -> Path:
    """`$DAGSTER_HOME` if set, else `<storage>.dagster`; made with a dagster.yaml if it is new.

    Raises:
        InstanceError: DAGSTER_HOME is set, and is no folder's absolute path.
    """
    home = _beside(config, ".dagster")
    if "DAGSTER_HOME" in os.environ:
        named = Path(os.environ["DAGSTER_HOME"])
        if named.is_absolute() and named.is_dir():
            return named
        raise InstanceError(
            f"DAGSTER_HOME is {str(named)!r}, which is no folder's absolute path. Make that folder "
            "with a dagster.yaml in it (deploy/dagster.yaml is one for Postgres), name the right "
            f"one, or unset DAGSTER_HOME to use {home}"
        )
    home.mkdir(parents=True, exist_ok=True)
    settings = home / "dagster.yaml"
    if not settings.exists():
        whole = home / f"dagster.yaml.{os.getpid()}"  # another process may be about to read it
        whole.write_text(_DAGSTER_YAML, encoding="utf-8")
        whole.replace(settings)
    return home


def index_home(config: Config) -> Path:
    """`<storage>.index`, which may not exist; made of the storage, so that it can be deleted."""
    return _beside(config, ".index")


def _beside(config: Config, suffix: str) -> Path:
    local = ".webscale-rl" if config.storage.startswith("s3://") else config.storage
    return Path(f"{local}{suffix}").absolute()
