"""Who we are to S3: AWS's usual chain, or what the section `s3` says instead."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from webscale_rl_dagster.config import S3Config
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.storage.place import no_profile, place_of
from webscale_rl_dagster.storage.stores import Credentials

if TYPE_CHECKING:
    from obstore.auth.boto3 import Boto3CredentialProvider
    from obstore.store import S3Credential

_HELD = timedelta(minutes=10)
"""How long temporary credentials are used before they are asked for again; botocore hands out none
with less than that left."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a store needs to send its requests, and to sign them."""

    options: dict[str, str]
    """In the names that obstore and polars share."""
    provider: Credentials | None
    """None where obstore takes the key from `AWS_*` itself."""


def credentials_of(s3: S3Config) -> Found:
    """Without a request, unless a role or single sign-on has to be asked for its credentials.

    Raises:
        StorageError: a variable is not set, there is no such profile, or no credentials at all.
    """
    key, place = key_of(s3), place_of(s3)
    provider: Credentials | None = None
    if key is not None:
        provider = _fixed(key)
    elif s3.profile is not None or not _in_environment():
        provider = _chain(s3.profile)
    options = {"aws_region": place.region}
    if place.endpoint is not None:
        options["aws_endpoint_url"] = place.endpoint
        options["aws_virtual_hosted_style_request"] = "false"
        options["aws_allow_http"] = str(place.endpoint.lower().startswith("http://")).lower()
    return Found(options, provider)


def key_of(s3: S3Config) -> dict[str, str] | None:
    """From the variables that the section names; None if it names none.

    Raises:
        StorageError: one of them is not set.
    """
    if s3.access_key_id_env is None or s3.secret_access_key_env is None:
        return None
    named = {
        "aws_access_key_id": s3.access_key_id_env,
        "aws_secret_access_key": s3.secret_access_key_env,
    }
    if s3.session_token_env is not None:
        named["aws_session_token"] = s3.session_token_env
    missing = [variable for variable in named.values() if not os.environ.get(variable)]
    if missing:
        raise StorageError(
            f"the section `s3` of pipeline.yaml takes its key from {' and '.join(missing)}, not "
            "set here: export it where this command runs, and where Dagster's daemon and runs do"
        )
    return {name: os.environ[variable] for name, variable in named.items()}


def _in_environment() -> bool:
    return bool(os.environ.get("AWS_ACCESS_KEY_ID") and os.environ.get("AWS_SECRET_ACCESS_KEY"))


def _fixed(key: dict[str, str]) -> Credentials:
    """A key among the options would be joined by whatever token is in `AWS_SESSION_TOKEN`."""
    credential: S3Credential = {
        "access_key_id": key["aws_access_key_id"],
        "secret_access_key": key["aws_secret_access_key"],
        "token": key.get("aws_session_token"),
        "expires_at": None,
    }
    return lambda: credential


def _chain(profile: str | None) -> Boto3CredentialProvider:
    """AWS's own chain, whose credentials are refreshed."""
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session
    from obstore.auth.boto3 import Boto3CredentialProvider

    try:
        return Boto3CredentialProvider(Session(profile=profile), ttl=_HELD)
    except (BotoCoreError, OSError) as error:
        raise no_profile(error) from error
    except ValueError:
        raise StorageError(
            "no credentials for S3: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name in "
            "the section `s3` of pipeline.yaml a profile of ~/.aws or the variables that hold a "
            "key, or run where a role is attached to the machine or container"
        ) from None
