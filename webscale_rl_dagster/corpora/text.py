"""Plain text: each file one document, its title the file's name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from webscale_rl_dagster.corpora.records import (
    Document,
    Meter,
    ReadOptions,
    Rejected,
    document_of,
    uri_of,
)


def read_text(
    paths: Iterable[Path], meter: Meter, options: ReadOptions
) -> Iterator[Document | Rejected]:
    """Positions of what is rejected are byte offsets; a byte order mark is no text."""
    for path in paths:
        with path.open("rb") as file:
            data = file.read(options.max_document_bytes + 1)
        item = _document(path, data, options)
        meter.bytes_read += len(data)
        yield item


def _document(path: Path, data: bytes, options: ReadOptions) -> Document | Rejected:
    uri = uri_of(path)
    if not data:
        return Rejected(uri, 0, "empty_file", "no text in it")
    if len(data) > options.max_document_bytes:
        detail = f"more than {options.max_document_bytes} bytes"
        return Rejected(uri, 0, "document_too_large", detail)
    try:
        text = data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        return Rejected(uri, error.start, "invalid_utf8", error.reason)
    record = {"text": text, "title": uri_of(Path(path.stem))}
    options = replace(options, text_field="text")
    return document_of(record, source_uri=uri, source_row=0, options=options)
