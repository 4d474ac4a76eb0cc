"""The client behind `resources.s3`: dagster-aws's, with limits on how long a request may take."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.utils import parse_timestamp
from dagster_aws.s3 import S3Resource

from webscale_rl_dagster.config import S3Config
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.storage.credentials import key_of
from webscale_rl_dagster.storage.place import place_of

CONNECT_S, READ_S, ATTEMPTS = 3, 10, 2
"""Dagster ends a sensor's tick after a minute, within which the sensor must say what is wrong; the
next tick tries again. boto3 by itself would wait a minute per attempt."""


class TimedS3Resource(S3Resource):
    """S3Resource, whose own client takes no limits."""

    def get_client(self) -> Any:
        core = botocore.session.get_session()
        parsers = core.get_component("response_parser_factory")
        parsers.set_parser_defaults(timestamp_parser=_timestamp)
        session = boto3.Session(
            botocore_session=core,
            profile_name=self.profile_name,
            region_name=self.region_name,
            aws_access_key_id=self.aws_access_key_id,
            aws_secret_access_key=self.aws_secret_access_key,
            aws_session_token=self.aws_session_token,
        )
        limits = Config(
            connect_timeout=CONNECT_S,
            read_timeout=READ_S,
            retries={"mode": "standard", "total_max_attempts": self.max_attempts},
        )
        return session.client("s3", endpoint_url=self.endpoint_url, config=limits)


def _timestamp(value: Any) -> datetime:
    """As botocore reads it, which takes four fifths of the time of a listing for ISO times."""
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        found: datetime = parse_timestamp(value)
        return found


def client_of(s3: S3Config) -> Any:
    """StorageError where a variable is not set, or there is no such profile."""
    key, place = key_of(s3) or {}, place_of(s3)
    try:
        return TimedS3Resource(
            region_name=place.region,
            endpoint_url=place.endpoint,
            profile_name=s3.profile,
            max_attempts=ATTEMPTS,
            aws_access_key_id=key.get("aws_access_key_id"),
            aws_secret_access_key=key.get("aws_secret_access_key"),
            aws_session_token=key.get("aws_session_token"),
        ).get_client()
    except (BotoCoreError, OSError) as error:
        raise StorageError(f"no client for S3: {error}. Look at `s3` in pipeline.yaml") from error
