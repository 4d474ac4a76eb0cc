"""Objects under one root: a folder or `s3://bucket/prefix`, the same calls for both."""

from __future__ import annotations

import mimetypes
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.storage.ranges import Entry, StoredFile, entry_of
from webscale_rl_dagster.storage.refusals import REFUSED, explained, is_missing_bucket
from webscale_rl_dagster.storage.stores import (
    PART_BYTES,
    PARTS_AT_ONCE,
    Credentials,
    open_store,
    part_bytes,
)

if TYPE_CHECKING:
    from obstore import ObjectMeta


class Objects:
    """Whole objects by key. A put is atomic: a reader sees the old object or the new one.

    A local put survives the death of the process; it is not forced to the disk, so a machine that
    loses power may lose its last seconds.
    """

    def __init__(
        self,
        root: str,
        *,
        s3: Mapping[str, str] | None = None,
        credentials: Credentials | None = None,
    ) -> None:
        self.root = root.rstrip("/") if root.startswith("s3://") else str(Path(root).absolute())
        self._store = open_store(self.root, s3 or {}, credentials)

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
        except FileNotFoundError as error:
            if is_missing_bucket(error):
                raise explained(f"cannot read {self.uri(key)}", error) from error
            return None
        except REFUSED as error:
            raise explained(f"cannot read {self.uri(key)}", error) from error

    def open(self, key: str) -> BinaryIO:
        """A seekable file; each read fetches the range it asks for, all of one version."""
        return cast(BinaryIO, StoredFile(self._store, key, self.uri(key)))

    def put(self, key: str, data: bytes) -> None:
        self._put(key, data, "overwrite")

    def put_file(self, key: str, path: Path) -> None:
        """Store a file of any size, in parts, holding no more than a few of them in memory."""
        self._put(key, path, "overwrite")

    def put_new(self, key: str, data: bytes) -> bool:
        """Write only if nothing is there; False if something else was. One of many writers wins.

        The same bytes count as written by this call: it may have been, and the answer lost.
        """
        try:
            self._put(key, data, "create")
        except AlreadyExistsError:
            return self.get_if_there(key) == data
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
        except (*REFUSED, FileNotFoundError) as error:
            raise explained(f"cannot list {self.uri(prefix)}", error) from error

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        """What lies under a folder-like prefix, a page at a time; in S3 in the order of the keys.

        StorageError, also between two entries, if it cannot be listed.
        """
        try:
            for page in obstore.list(self._store, prefix=prefix or None):
                yield from map(entry_of, page)
        except (*REFUSED, FileNotFoundError) as error:
            raise explained(f"cannot list {self.uri(prefix)}", error) from error

    def entry(self, key: str) -> Entry | None:
        """None if there is no such object."""
        meta = self._meta(key)
        return None if meta is None else entry_of(meta)

    def download(self, entry: Entry, path: Path) -> None:
        """That very version to a local file, in parts, holding no more than one of them.

        StorageError if it was replaced since, or is gone.
        """
        source = StoredFile(self._store, entry.key, self.uri(entry.key), entry)
        with source, path.open("wb") as file:
            shutil.copyfileobj(source, file, PART_BYTES)

    def version(self, key: str) -> str | None:
        """The token of one object; None if there is no such object."""
        meta = self._meta(key)
        return None if meta is None else _version(meta)

    def delete(self, keys: Iterable[str]) -> None:
        """Objects that are already gone are no error."""
        for key in keys:
            try:
                obstore.delete(self._store, key)
            except FileNotFoundError:
                continue
            except BaseError as error:
                raise explained(f"cannot delete {self.uri(key)}", error) from error

    def _meta(self, key: str) -> ObjectMeta | None:
        try:
            return obstore.head(self._store, key)
        except FileNotFoundError:
            return None
        except REFUSED as error:
            raise explained(f"cannot reach {self.uri(key)}", error) from error

    def _put(self, key: str, data: bytes | Path, mode: str) -> None:
        size = part_bytes(data.stat().st_size if isinstance(data, Path) else len(data))
        try:
            obstore.put(
                self._store,
                key,
                data,
                attributes=self._attributes(key),
                mode=cast(Any, mode),
                chunk_size=size,
                max_concurrency=PARTS_AT_ONCE,
            )
        except AlreadyExistsError:
            raise
        except (*REFUSED, OSError) as error:
            raise explained(f"cannot write {self.uri(key)}", error) from error

    def _attributes(self, key: str) -> dict[str, str] | None:
        """S3 serves an object with the type that it was stored with; a folder keeps none."""
        if not isinstance(self._store, S3Store):
            return None
        kind, _ = mimetypes.guess_type(key)
        return {"Content-Type": kind or "application/octet-stream"}


def _version(meta: ObjectMeta) -> str:
    return f"{meta['e_tag']} {meta['size']} {meta['last_modified'].isoformat()}"
