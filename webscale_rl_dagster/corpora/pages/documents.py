"""Documents of HTML pages: several are extracted at once, and come in the order of their source."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue
from typing import Any

from webscale_rl_dagster.corpora.pages.process import PageProcess
from webscale_rl_dagster.corpora.records import Document, ReadOptions, Rejected, document_of

MOST_PROCESSES = 16
"""Of 60 to 200 MB each; no more than there are processors."""


@dataclass(frozen=True, slots=True)
class Page:
    """HTML as it was served, to become a document."""

    data: bytes
    content_type: str | None
    """As HTTP said it."""
    source_uri: str
    source_row: int
    url: str | None = None
    """None: the one that the page calls canonical."""
    metadata: dict[str, Any] = field(default_factory=dict)


def documents_of(
    items: Iterable[Page | Document | Rejected], options: ReadOptions
) -> Iterator[Document | Rejected]:
    """In the order of the items; what is no page passes through.

    Memory holds two pages a process. A page that takes too long or kills its process is rejected.
    """
    with _extraction() as extraction:
        waiting: deque[Future[Document | Rejected] | Document | Rejected] = deque()
        for item in items:
            waiting.append(extraction.submit(item, options) if isinstance(item, Page) else item)
            while waiting and (len(waiting) > 2 * extraction.processes or _is_done(waiting[0])):
                yield _result(waiting.popleft())
        while waiting:
            yield _result(waiting.popleft())


class _Extraction:
    """Threads, each of which waits for a process; those start when there are pages for them."""

    def __init__(self) -> None:
        self.processes = min(_processors(), MOST_PROCESSES)
        self._threads = ThreadPoolExecutor(self.processes, thread_name_prefix="pages")
        self._idle: SimpleQueue[PageProcess] = SimpleQueue()
        self._started: list[PageProcess] = []

    def submit(self, page: Page, options: ReadOptions) -> Future[Document | Rejected]:
        return self._threads.submit(self._document, page, options)

    def _document(self, page: Page, options: ReadOptions) -> Document | Rejected:
        try:
            process = self._idle.get_nowait()
        except Empty:
            process = PageProcess()
            self._started.append(process)
        content = process.content(page.data, page.content_type)
        if process.alive:
            self._idle.put(process)
        if reason := content.get("reason"):
            return Rejected(page.source_uri, page.source_row, reason, content["detail"] or "")
        record = {**page.metadata, **content, "url": page.url or content["url"]}
        return document_of(
            record,
            source_uri=page.source_uri,
            source_row=page.source_row,
            options=replace(options, text_field="text"),
        )

    def close(self) -> None:
        """Pages under way are dropped."""
        for process in list(self._started):
            process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._started:
            process.close()


@contextmanager
def _extraction() -> Iterator[_Extraction]:
    extraction = _Extraction()
    try:
        yield extraction
    finally:
        extraction.close()


def _is_done(waiting: Future[Document | Rejected] | Document | Rejected) -> bool:
    return not isinstance(waiting, Future) or waiting.done()


def _result(waiting: Future[Document | Rejected] | Document | Rejected) -> Document | Rejected:
    return waiting.result() if isinstance(waiting, Future) else waiting


def _processors() -> int:
    """That this process may use, where the system tells."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
