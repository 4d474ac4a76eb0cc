"""Opens what `pipeline.yaml` names: the storage root, and the buckets of corpora."""

from __future__ import annotations

from webscale_rl_dagster.addresses import require_place
from webscale_rl_dagster.config import Config, S3Config
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.storage.credentials import credentials_of
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.stores import make_contact
from webscale_rl_dagster.storage.tables import Tables


def objects_of(config: Config) -> Objects:
    """The storage root.

    Raises:
        StorageError: it is in S3, and there are no credentials, or the server does not answer or
            does not take them; says what to do.
    """
    return connect(config.storage, config.s3)


def tables_of(config: Config) -> Tables:
    """The tables under the storage root; StorageError as `objects_of`."""
    return Tables(objects_of(config))


def bucket_objects(uri: str, config: Config) -> Objects:
    """Any s3://bucket/prefix, e.g. a corpus's, or a folder; StorageError as `objects_of`."""
    return connect(uri, config.s3)


def connect(root: str, s3: S3Config) -> Objects:
    """For what knows no whole configuration, such as a resource or another process.

    In S3 this is one small request, by which a wrong set-up is told before any work is done.
    """
    try:
        require_place(root)
    except ValueError as error:
        raise StorageError(str(error)) from None
    if not root.startswith("s3://"):
        return Objects(root)
    found = credentials_of(s3)
    make_contact(root, found.options, found.provider)
    return Objects(root, s3=found.options, credentials=found.provider)
