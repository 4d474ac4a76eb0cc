"""The search index as the pages see it: kept up to date by a thread, read by all others."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from webscale_rl_dagster.config import S3Config
from webscale_rl_dagster.errors import IndexBusy
from webscale_rl_dagster.storage.tables import Tables

if TYPE_CHECKING:
    from webscale_rl_dagster.search.catalog import Catalog
    from webscale_rl_dagster.search.index import Index

_PAUSE = 10
"""How much longer a pause is than the look before it, at least."""
_RETRY_S = 3600.0
"""After which what could not be read is tried again, though it has not changed."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IndexState:
    """How far the index is."""

    kind: Literal["building", "ready", "elsewhere", "failed"] = "building"
    """elsewhere: another process keeps it up to date."""
    done: int = 0
    of: int = 0
    """Shards and releases that have changed; 0 if that is not known yet."""
    unreadable: int = 0
    """Shards and releases that could not be indexed; tried again once they change, or hourly."""
    looked: datetime | None = field(default=None, compare=False)
    """What had changed by then is in the index; None unless it is ready."""


class Indexing:
    """Readers get what is there, however far the first build is."""

    def __init__(self, tables: Tables, folder: Path, *, s3: S3Config) -> None:
        self.state = IndexState()
        self._tables = tables
        self._s3 = s3
        self.folder = folder
        self._lock = threading.Lock()
        self._index: Index | None = None
        self._failed: dict[str, str] = {}
        self._retry_at = 0.0

    def index(self) -> Index | None:
        """None until the first part of it is written."""
        from webscale_rl_dagster.search.index import open_index

        with self._lock:
            if self._index is None:
                self._index = open_index(self.folder)
            return self._index

    def reload(self) -> None:
        """See what any process has committed by now."""
        index = self.index()
        if index is not None:
            index.reload()

    def catalog(self) -> Catalog:
        from webscale_rl_dagster.search.catalog import Catalog

        return Catalog.open(self.folder)

    def update(self) -> None:
        """Bring it up to date; what goes wrong is logged, and told by `state`."""
        try:
            self.state = self._updated()
        except Exception:  # the thread's boundary: readers go on with what there is
            _log.exception("the search index could not be brought up to date")
            self.state = IndexState("failed")

    def _updated(self) -> IndexState:
        from webscale_rl_dagster.search.apart import update_apart
        from webscale_rl_dagster.search.updating import pending

        looked = datetime.now(UTC)
        catalog = self.catalog()
        retry = catalog.failed() and time.monotonic() >= self._retry_at
        if self.index() is not None and not retry and not pending(self._tables, self.folder):
            self.reload()
            return IndexState("ready", unreadable=catalog.failed(), looked=looked)
        root = self._tables.objects.root
        try:
            failed = update_apart(root, self.folder, on_progress=self._progress, s3=self._s3).failed
        except IndexBusy:
            self.reload()
            return IndexState("elsewhere")
        for name in failed.keys() - self._failed.keys():
            _log.warning("%s could not be indexed: %s", name, failed[name])
        self._failed = failed
        self._retry_at = time.monotonic() + _RETRY_S
        self.reload()
        return IndexState("ready", unreadable=catalog.failed(), looked=looked)

    def keep_up_to_date(self, every_s: float) -> None:
        """Start a thread that updates now and then every so many seconds, as long as we live.

        Less often where to look takes long, as it does on storages of very many objects.
        """

        def work() -> None:
            while True:
                began = time.monotonic()
                self.update()
                time.sleep(max(every_s, _PAUSE * (time.monotonic() - began)))

        threading.Thread(target=work, name="index", daemon=True).start()

    def _progress(self, done: int, of: int) -> None:
        self.state = IndexState("building", done, of)
        self.reload()
