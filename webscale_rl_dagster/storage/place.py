"""Where S3 is: the section `s3`, then what AWS's own tools go by, the same for every client."""

from __future__ import annotations

import os
from typing import NamedTuple

from webscale_rl_dagster.addresses import is_server
from webscale_rl_dagster.config import S3Config
from webscale_rl_dagster.errors import StorageError

_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
"""The last is no name of AWS's, but obstore and many tools go by it."""
_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
_USUAL_REGION = "us-east-1"


class Place(NamedTuple):
    """Which server, and which region its requests are signed for."""

    region: str
    endpoint: str | None
    """None: AWS itself, in that region."""


def place_of(s3: S3Config) -> Place:
    """StorageError if the profile is not there, or what is named is no address of a server."""
    _forget_empty_endpoints()
    region = s3.region or _first_set(_REGIONS)
    endpoint = s3.endpoint_url or _first_set(_ENDPOINTS)
    if region is None or endpoint is None:
        usual = _of_profile(s3.profile)
        region, endpoint = region or usual.region, endpoint or usual.endpoint
    if endpoint is not None and not is_server(endpoint):
        raise StorageError(
            f"the address of the S3 server is {endpoint!r}: it begins with http:// or "
            "https://, then names the server, and may have a port. It is from `s3.endpoint_url` in "
            f"pipeline.yaml, {', '.join(_ENDPOINTS)} or the profile in ~/.aws/config"
        )
    return Place(region, endpoint)


def _forget_empty_endpoints() -> None:
    """Unset them, here and in processes started from here: obstore and polars panic at them.

    A deployment that hands every variable to its containers cannot leave one out for AWS itself.
    """
    for name in _ENDPOINTS:
        if os.environ.get(name) == "":
            del os.environ[name]


def _first_set(names: tuple[str, ...]) -> str | None:
    return next((os.environ[name] for name in names if os.environ.get(name)), None)


def _of_profile(name: str | None) -> Place:
    """What ~/.aws/config says, in its section for the services of the profile first."""
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session

    session = Session(profile=name)
    try:
        said = session.get_scoped_config()
    except BotoCoreError as error:
        raise no_profile(error) from error
    services = session.full_config.get("services", {}).get(said.get("services"), {})
    own = services.get("s3")
    if not isinstance(own, dict):  # as of a section whose lines are not indented
        own = {}
    endpoint = own.get("endpoint_url") or said.get("endpoint_url")
    return Place(said.get("region") or _USUAL_REGION, endpoint or None)


def no_profile(error: Exception) -> StorageError:
    """What botocore says of the profile, and where another is named."""
    return StorageError(
        f"no credentials for S3: {error}. `aws configure list-profiles` shows which profiles "
        "there are; `s3.profile` in pipeline.yaml, or AWS_PROFILE, names one"
    )
