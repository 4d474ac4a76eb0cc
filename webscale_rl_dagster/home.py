"""Dagster's own state: a folder beside the storage, shared by the CLI, the UI and the daemon."""

from __future__ import annotations

import os
from pathlib import Path

from webscale_rl_dagster.config import Config

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
"""


def dagster_home(config: Config) -> Path:
    """`$DAGSTER_HOME` if set, else `<storage>.dagster`; made with a dagster.yaml if it is new."""
    if "DAGSTER_HOME" in os.environ:
        return Path(os.environ["DAGSTER_HOME"])
    local = ".webscale-rl" if config.storage.startswith("s3://") else config.storage
    home = Path(f"{local}.dagster").absolute()
    home.mkdir(parents=True, exist_ok=True)
    settings = home / "dagster.yaml"
    if not settings.exists():
        settings.write_text(_DAGSTER_YAML, encoding="utf-8")
    return home
