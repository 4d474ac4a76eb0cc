"""The storage root as a Dagster resource."""

from __future__ import annotations

import dagster as dg

from webscale_rl_dagster.config import Config, S3Config
from webscale_rl_dagster.resources.s3 import section_of
from webscale_rl_dagster.storage.connected import connect
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables


class StorageResource(dg.ConfigurableResource[Tables]):
    """Where every table, journal and release lies: a folder or s3://bucket/prefix."""

    root: str
    s3: dict[str, str] = {}
    """The section `s3`, whose secrets are names of variables only."""

    @classmethod
    def of(cls, config: Config) -> StorageResource:
        return cls(root=config.storage, s3=section_of(config))

    def objects(self) -> Objects:
        return connect(self.root, S3Config(**self.s3))

    def tables(self) -> Tables:
        return Tables(self.objects())
