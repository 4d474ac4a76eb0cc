"""Tombstones: what was removed for good and why, one object for each removal."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.storage.objects import Objects

Kind = Literal["document", "url_prefix", "source_file", "licence"]

REMOVED = "removed"
"""The reason of removed rows in `raw_documents` and of their pairs in `release_dropped`."""
_FOLDER = "removed"


class Tombstone(BaseModel):
    """One removal, `removed/<time>-<id>.json`. Nothing but `purged` of it ever changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    kind: Kind
    value: str
    """The document's id, the beginning of URLs, the file or folder, or the licence."""
    reason: str
    time: str
    """ISO 8601, UTC."""
    documents: Mapping[str, list[str]]
    """By id of each document that it removed: ids of the pairs that had been made of it. Later
    documents that a rule keeps out are not here."""
    purged: str | None = None
    """When its texts were erased, ISO 8601."""

    @property
    def told(self) -> dict[str, str]:
        """Of it what an audit says of a document."""
        return {"reason": self.reason, "time": self.time, "kind": self.kind}

    @property
    def key(self) -> str:
        moment = datetime.fromisoformat(self.time).strftime("%Y%m%dT%H%M%S%fZ")
        return f"{_FOLDER}/{moment}-{self.id}.json"

    def covers(
        self, document_id: str, *, url: str | None, source_uri: str | None, licence: str | None
    ) -> bool:
        """Whether it holds for such a document, by its id or by the rule."""
        if document_id in self.documents:
            return True
        match self.kind:
            case "document":
                return document_id == self.value
            case "url_prefix":
                return url is not None and url.startswith(self.value)
            case "source_file":
                return source_uri is not None and is_within(source_uri, self.value)
            case "licence":
                return licence == self.value


def is_within(source_uri: str, path: str) -> bool:
    """Whether a source file is the one at this path, or in the folder there."""
    return source_uri == path or source_uri.startswith(f"{path.rstrip('/')}/")


def new_tombstone(
    kind: Kind, value: str, reason: str, documents: Mapping[str, list[str]]
) -> Tombstone:
    """With an id of its own and the time that it is now; `save` stores it."""
    now = datetime.now(UTC).isoformat()
    return Tombstone(
        id=uuid.uuid4().hex, kind=kind, value=value, reason=reason, time=now, documents=documents
    )


def save(objects: Objects, tombstone: Tombstone) -> None:
    """Store a new one, or an old one that is purged by now."""
    objects.put(tombstone.key, tombstone.model_dump_json(indent=1).encode())


def tombstones(objects: Objects) -> list[Tombstone]:
    """All of a storage, the oldest first.

    Raises:
        StorageError: an object there is none. Nothing may be ingested or released without it.
    """
    return [_read(objects, key) for key in objects.list(_FOLDER)]


def _read(objects: Objects, key: str) -> Tombstone:
    try:
        return Tombstone.model_validate_json(objects.get(key))
    except ValidationError as error:
        raise StorageError(f"{objects.uri(key)} is no record of a removal: {error}") from error
