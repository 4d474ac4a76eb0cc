"""dagster-aws's S3 client as a Dagster resource, reached as the section `s3` says."""

from __future__ import annotations

from typing import Any

import dagster as dg

from webscale_rl_dagster.config import Config, S3Config


class S3ClientResource(dg.ConfigurableResource[Any]):
    """Its configuration is the section `s3`, in which secrets are names of variables only.

    dagster-aws and boto3, most of a second of imports, are loaded with the first client.
    """

    s3: dict[str, str] = {}

    def get_client(self) -> Any:
        """A boto3 S3 client that gives up on a silent server within half a minute.

        Raises:
            StorageError: no credentials where the section says they are.
        """
        from webscale_rl_dagster.resources.s3_client import client_of

        return client_of(S3Config(**self.s3))


def s3_resource(config: Config) -> S3ClientResource:
    """For what runs outside of a Dagster run as well, such as a sensor's listing."""
    return S3ClientResource(s3=section_of(config))


def section_of(config: Config) -> dict[str, str]:
    """The section `s3` as a resource's configuration can hold it."""
    return config.s3.model_dump(exclude_none=True)
