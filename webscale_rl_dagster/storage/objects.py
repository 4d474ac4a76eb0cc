"""Objects under one root: a folder or `s3://bucket/prefix`, the same calls for both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, S3Store

from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.storage.ranges import StoredFile

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import RetryConfig


class Objects:
    """Whole objects by key. A put is atomic: a reader sees the old object or the new one.

    A local put survives the death of the process; it is not forced to the disk, so a machine that
    loses power may lose its last seconds.
    """

    def __init__(self, root: str, *, s3: Mapping[str, str] | None = None) -> None:
        self.root = root.rstrip("/") if root.startswith("s3://") else str(Path(root).absolute())
        self._store = _open(self.root, s3 or {})

    def uri(self, key: str) -> str:
        return f"{self.root}/{key}"

    def get(self, key: str) -> bytes:
        data = self.get_if_there(key)
        if data is None:
            raise StorageError(f"{self.uri(key)} does not exist")
        return data

    def get_if_there(self, key: str) -> bytes | None:
        """None if there is no such object."""
        try:
            return bytes(obstore.get(self._store, key).bytes())
        except FileNotFoundError:
            return None
        except BaseError as error:
            raise StorageError(f"cannot read {self.uri(key)}: {error}") from error

    def open(self, key: str) -> BinaryIO:
        """A seekable file; each read fetches the range it asks for, all of one version."""
        return cast(BinaryIO, StoredFile(self._store, key, self.uri(key)))

    def put(self, key: str, data: bytes) -> None:
        self._put(key, data, "overwrite")

    def put_file(self, key: str, path: Path) -> None:
        """Store a file of any size, in parts, without holding it in memory."""
        self._put(key, path, "overwrite")

    def put_new(self, key: str, data: bytes) -> bool:
        """Write only if nothing is there; False if something was. One of many writers wins."""
        try:
            self._put(key, data, "create")
        except AlreadyExistsError:
            return False
        return True

    def exists(self, key: str) -> bool:
        return self.version(key) is not None

    def list(self, prefix: str) -> Iterator[str]:
        """Keys under a folder-like prefix, sorted."""
        yield from sorted(self.versions(prefix))

    def versions(self, prefix: str) -> dict[str, str]:
        """Under a folder-like prefix, by key, a token that changes whenever the object does."""
        try:
            pages = obstore.list(self._store, prefix=prefix)
            return {meta["path"]: _version(meta) for page in pages for meta in page}
        except BaseError as error:
            raise StorageError(f"cannot list {self.uri(prefix)}: {error}") from error

    def version(self, key: str) -> str | None:
        """The token of one object; None if there is no such object."""
        try:
            return _version(obstore.head(self._store, key))
        except FileNotFoundError:
            return None
        except BaseError as error:
            raise StorageError(f"cannot reach {self.uri(key)}: {error}") from error

    def delete(self, keys: Iterable[str]) -> None:
        """Objects that are already gone are no error."""
        for key in keys:
            try:
                obstore.delete(self._store, key)
            except FileNotFoundError:
                continue
            except BaseError as error:
                raise StorageError(f"cannot delete {self.uri(key)}: {error}") from error

    def _put(self, key: str, data: bytes | Path, mode: str) -> None:
        try:
            obstore.put(self._store, key, data, mode=cast(Any, mode))
        except AlreadyExistsError:
            raise
        except (BaseError, OSError) as error:
            raise StorageError(f"cannot write {self.uri(key)}: {error}") from error


def _version(meta: ObjectMeta) -> str:
    return f"{meta['e_tag']} {meta['size']} {meta['last_modified'].isoformat()}"


def _open(root: str, s3: Mapping[str, str]) -> LocalStore | S3Store:
    if not root.startswith("s3://"):
        return LocalStore(prefix=root, mkdir=True)
    bucket, _, prefix = root.removeprefix("s3://").partition("/")
    return S3Store(
        bucket, prefix=prefix or None, config=cast(Any, dict(s3)), retry_config=_PATIENCE
    )


_PATIENCE: RetryConfig = {
    "max_retries": 60,
    "retry_timeout": timedelta(minutes=3),
    "backoff": {
        "init_backoff": timedelta(milliseconds=100),
        "max_backoff": timedelta(seconds=3),
        "base": 2,
    },
}
"""A server that is away for minutes is waited for; what an answer refuses is not asked again."""
