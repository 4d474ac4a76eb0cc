"""One version of a stored object as a seekable file: every read is a range of those very bytes."""

from __future__ import annotations

import io
import os
from typing import Any

import obstore
from obstore.exceptions import BaseError, PreconditionError
from obstore.store import LocalStore, S3Store

from webscale_rl_dagster.errors import StorageError


class StoredFile(io.RawIOBase):
    """Unbuffered: a read is one request for exactly what was asked.

    It stays with the version it was opened on. Once that is replaced, reading raises StorageError,
    so that nobody gets the head of one version with the tail of another.
    """

    def __init__(self, store: LocalStore | S3Store, key: str, uri: str) -> None:
        super().__init__()
        self._store, self._key, self._uri = store, key, uri
        self._position = 0
        try:
            meta = obstore.head(store, key)
        except FileNotFoundError:
            raise StorageError(f"{uri} does not exist") from None
        except BaseError as error:
            raise StorageError(f"cannot read {uri}: {error}") from error
        self.size = meta["size"]
        self._version = meta["e_tag"]

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
            raise StorageError(f"cannot read {self._uri}: {error}") from error
        if found.meta["e_tag"] != self._version or len(data) != end - start:
            raise self._replaced()
        return data

    def _replaced(self) -> StorageError:
        return StorageError(f"{self._uri} was replaced while it was read: run this again")
