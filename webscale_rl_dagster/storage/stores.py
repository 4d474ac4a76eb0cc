"""The store behind a root, and the first request to one in S3."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from webscale_rl_dagster.storage.refusals import code_of, explained, is_missing_bucket

if TYPE_CHECKING:
    from obstore.store import RetryConfig, S3Credential

FIRST_ANSWER = timedelta(seconds=20)
"""How long a server that has never answered is waited for; one that has, for `_PATIENCE`."""
_PATIENCE = timedelta(minutes=3)
"""A server that is away for minutes is waited for; what an answer refuses is not asked again."""
FIRST_TRY = timedelta(seconds=10)
"""What one request of `FIRST_ANSWER` may take, as none that is under way is ended by it."""
_TRY = timedelta(seconds=30)
PART_BYTES = 8 * 1024 * 1024
"""Of an upload; more for a file that would else have more than `_PARTS` of them."""
PARTS_AT_ONCE = 4
_PARTS = 9_000
"""S3 takes 10,000 at most."""
_NOTHING = ".webscale-rl-contact"

Store = LocalStore | S3Store
Credentials = Callable[[], "S3Credential"]


def _retries(timeout: timedelta) -> RetryConfig:
    return {
        "max_retries": 60,
        "retry_timeout": timeout,
        "backoff": {
            "init_backoff": timedelta(milliseconds=100),
            "max_backoff": timedelta(seconds=3),
            "base": 2,
        },
    }


def open_store(
    root: str,
    s3: Mapping[str, str],
    credentials: Credentials | None,
    *,
    patience: timedelta = _PATIENCE,
    attempt: timedelta = _TRY,
) -> Store:
    """Without a request; a folder is made if it is not there."""
    if not root.startswith("s3://"):
        return LocalStore(prefix=root, mkdir=True)
    bucket, _, prefix = root.removeprefix("s3://").partition("/")
    return S3Store(
        bucket,
        prefix=prefix or None,
        config=cast(Any, dict(s3)),
        credential_provider=credentials,
        retry_config=_retries(patience),
        client_options={"timeout": attempt},
    )


def make_contact(root: str, s3: Mapping[str, str], credentials: Credentials | None) -> None:
    """Ask for an object that is not there, as whose answer a wrong set-up is told at once.

    Credentials that may not look are none: they may still be good for what is asked of them.

    Raises:
        StorageError: no server, no bucket, wrong credentials or a wrong clock.
    """
    store = open_store(root, s3, credentials, patience=FIRST_ANSWER, attempt=FIRST_TRY)
    try:
        obstore.get(store, _NOTHING)
    except FileNotFoundError as error:
        if is_missing_bucket(error):
            raise explained(f"{root} cannot be used", error) from error
    except BaseError as error:
        if code_of(error) != "AccessDenied":
            raise explained(f"{root} cannot be used", error) from error


def part_bytes(size: int) -> int:
    """Of a file of that size, so that S3 takes all its parts."""
    return max(PART_BYTES, -(-size // _PARTS))
