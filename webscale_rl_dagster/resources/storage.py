"""The storage root as a Dagster resource."""

from __future__ import annotations

import dagster as dg

from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables


class StorageResource(dg.ConfigurableResource[Tables]):
    """Where every table, journal and release lies: a folder or s3://bucket/prefix."""

    root: str

    def objects(self) -> Objects:
        return Objects(self.root)

    def tables(self) -> Tables:
        return Tables(self.objects())
