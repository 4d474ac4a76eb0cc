"""One version of a stored object as a seekable file: every read is a range of those very bytes."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import obstore
from obstore.exceptions import BaseError, PreconditionError

from webscale_rl_dagster.errors import ObjectReplaced, StorageError
from webscale_rl_dagster.storage.refusals import REFUSED, explained
from webscale_rl_dagster.storage.stores import Store

if TYPE_CHECKING:
    from obstore import ObjectMeta


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of an object, as a listing tells of it."""

    key: str
    size: int
    e_tag: str | None


def entry_of(meta: ObjectMeta) -> Entry:
    """What the store says of it."""
    return Entry(meta["path"], meta["size"], meta["e_tag"])


class StoredFile(io.RawIOBase):
    """Unbuffered: a read is one request for exactly what was asked.

    It stays with the version it was opened on. Once that is replaced, reading raises
    ObjectReplaced, so that nobody gets the head of one version with the tail of another.
    """

    def __init__(self, store: Store, key: str, uri: str, entry: Entry | None = None) -> None:
        """On the version of `entry`, or on the one that is there now."""
        super().__init__()
        self._store, self._key, self._uri = store, key, uri
        self._position = 0
        entry = entry or self._there_now()
        self.size = entry.size
        self._version = entry.e_tag

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        self._position = max(base + offset, 0)
        return self._position

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        end = min(self._position + len(view), self.size)
        if end <= self._position:
            return 0
        data = self._range(self._position, end)
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _there_now(self) -> Entry:
        try:
            return entry_of(obstore.head(self._store, self._key))
        except FileNotFoundError:
            raise StorageError(f"{self._uri} does not exist") from None
        except REFUSED as error:
            raise explained(f"cannot read {self._uri}", error) from error

    def _range(self, start: int, end: int) -> memoryview:
        """The version is compared here too: not every S3 server heeds `If-Match`."""
        options: Any = {"range": (start, end)}
        if self._version is not None:
            options["if_match"] = self._version
        try:
            found = obstore.get(self._store, self._key, options=options)
            data = memoryview(found.bytes())
        except (FileNotFoundError, PreconditionError):
            raise self._replaced() from None
        except BaseError as error:
            raise explained(f"cannot read {self._uri}", error) from error
        if found.meta["e_tag"] != self._version or len(data) != end - start:
            raise self._replaced()
        return data

    def _replaced(self) -> ObjectReplaced:
        return ObjectReplaced(f"{self._uri} was replaced while it was read: run this again")
