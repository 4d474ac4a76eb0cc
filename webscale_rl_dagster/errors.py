"""Every error this package raises on purpose, by the boundary that was crossed.

WebscaleError
├── ConfigError              pipeline.yaml says something we cannot use
├── StorageError             a table or object cannot be read or written as asked
│   ├── ObjectReplaced       the version that is read is gone
│   ├── ObjectRefused        the server answers, and these credentials may not
│   └── SchemaError          a frame does not have its contract's columns
├── IngestError              a corpus path cannot be ingested at all
│   ├── SourceUnreadable     not now: the disk or the file system fails
│   └── SourceChanged        the version that was meant is gone
├── BenchmarkError           a benchmark's files or its index cannot be used
├── ReleaseError             a release is not there, not complete, or cannot be made as asked
├── IndexBusy                another process is bringing the search index up to date
├── MarkError                a person's mark on a pair cannot be stored as given
├── RemovalError             a removal cannot be done as asked
├── InstanceError            Dagster's own state cannot be opened: DAGSTER_HOME, its database
├── NoticeError              a notice was not delivered to whom it is for
│   ├── NoticeDelayed        not now; the same notice may be taken later
│   └── NoticeRefused        this notice will never be taken
└── InferenceError
    ├── EngineUnavailable    the engine cannot start: no model file, no server, no key
    ├── RequestRejected      the engine refuses this request; asking again will not help
    ├── RequestFailed        this attempt failed; another may succeed (`engines.server` has two
    │                        kinds of it: ConnectionLost and ServerError)
    ├── TooManyFailures      so many requests of a stage failed that it must not go on
    └── StageDeadlinePassed  a stage of a shard takes longer than it may
"""

from __future__ import annotations


class WebscaleError(Exception):
    """Base of all; its message says what to do."""


class ConfigError(WebscaleError):
    """The configuration file holds an unknown key, a bad value or a bad combination."""


class StorageError(WebscaleError):
    """A table or object is missing, unreadable or cannot be written."""


class ObjectReplaced(StorageError):
    """An object was overwritten or deleted while it was read."""


class ObjectRefused(StorageError):
    """The server does not let us: by a right, a key of encryption, or as the object is archived."""


class SchemaError(StorageError):
    """A frame's columns or types differ from its contract in `schemas`."""


class IngestError(WebscaleError):
    """A corpus path does not exist, holds nothing readable, or its format is unknown."""


class SourceUnreadable(IngestError):
    """The operating system could not read a file, or keep it while it is read; it may later."""


class SourceChanged(IngestError):
    """A file was overwritten or deleted since it was found, or while it was read."""


class BenchmarkError(WebscaleError):
    """A benchmark's files do not exist, hold no question we find, or its index is no index."""


class ReleaseError(WebscaleError):
    """A release does not exist, is not finished, or cannot be made of what there is."""


class IndexBusy(WebscaleError):
    """The search index has one writer at a time; readers go on, and this one may try later."""


class MarkError(WebscaleError):
    """A mark names no pair or no person, or is too long."""


class RemovalError(WebscaleError):
    """A removal names nothing that can be removed, or gives no reason."""


class InstanceError(WebscaleError):
    """DAGSTER_HOME is no folder, its dagster.yaml is wrong, or the database does not answer."""


class NoticeError(WebscaleError):
    """Base of what goes wrong between us and a webhook or a mail server; never quotes a secret."""


class NoticeDelayed(NoticeError):
    """The receiver is away, busy or wrongly configured; nothing is lost by trying again."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds the receiver asked us to wait."""


class NoticeRefused(NoticeError):
    """The receiver answered that it will not take this notice, now or later."""


class InferenceError(WebscaleError):
    """Base of what goes wrong between us and a model."""


class EngineUnavailable(InferenceError):
    """The engine cannot serve any request: model file, server, key or extra is missing."""


class RequestRejected(InferenceError):
    """The engine will never answer this request (too long, bad schema, HTTP 4xx)."""


class RequestFailed(InferenceError):
    """One attempt failed (connection, 429, 5xx, deadline); retrying is worth it."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds the server asked us to wait, from `Retry-After`."""


class TooManyFailures(InferenceError):
    """The share of failed requests passed `max_failed_share`; the shard stops, nothing is lost."""


class StageDeadlinePassed(InferenceError):
    """A stage of a shard passed its `stage_deadline_s`; it stops, nothing is lost."""
