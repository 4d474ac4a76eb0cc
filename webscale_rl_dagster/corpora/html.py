"""HTML files: each page one document, of its main content; its address is the canonical one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from webscale_rl_dagster.corpora.blocks import DamagedArchive, read_blocks
from webscale_rl_dagster.corpora.pages.documents import Page, documents_of
from webscale_rl_dagster.corpora.records import Document, Meter, ReadOptions, Rejected, uri_of


def read_html(
    paths: Iterable[Path], meter: Meter, options: ReadOptions
) -> Iterator[Document | Rejected]:
    """A page is its file, so every position is 0."""
    yield from documents_of((_page(path, meter, options) for path in paths), options)


def _page(path: Path, meter: Meter, options: ReadOptions) -> Page | Rejected:
    uri = uri_of(path)
    data = bytearray()
    try:
        for block in read_blocks(path, meter):
            data += block
            if len(data) > options.max_document_bytes:
                detail = f"more than {options.max_document_bytes} bytes"
                return Rejected(uri, 0, "document_too_large", detail)
    except DamagedArchive as damage:
        return Rejected(uri, 0, damage.reason, str(damage))
    if not data:
        return Rejected(uri, 0, "empty_file", "no page in it")
    return Page(bytes(data), None, uri, 0)
