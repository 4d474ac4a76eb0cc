"""What a record of a WARC file captured, without the codings of HTTP, and never above a limit."""

from __future__ import annotations

import io
import zlib
from typing import Protocol

from fastwarc.stream_io import BrotliReader, ChunkedReader
from fastwarc.warc import WarcRecord, WarcRecordType


class Unusable(Exception):
    """Why a record is no document: a reason and a detail."""


def body_of(record: WarcRecord, limit: int) -> bytes:
    """Without the codings of HTTP, which many crawlers leave in the headers of decoded bodies.

    Raises:
        Unusable: it breaks off, is longer than the limit, or cannot be decoded.
    """
    size = record.content_length
    data = _bounded(record.reader, limit) if record.reader is not None else b""
    if len(data) < size:
        raise Unusable("truncated_record", f"{len(data)} of {size} bytes")
    for coding in _codings(record):
        try:
            data = _without(coding, data, limit)
        except (OSError, zlib.error, EOFError) as error:
            if not data.lstrip().startswith(b"<"):
                raise Unusable("corrupt_body", f"{coding}: {error}") from None
    return data


def _codings(record: WarcRecord) -> list[str]:
    """The one that was put on last is first."""
    if record.record_type != WarcRecordType.response or record.http_headers is None:
        return []
    names = ("Content-Encoding", "Transfer-Encoding")
    said = ",".join(record.http_headers.get(name) or "" for name in names)
    return [coding.strip() for coding in reversed(said.lower().split(","))]


def _without(coding: str, data: bytes, limit: int) -> bytes:
    match coding:
        case "" | "identity":
            return data
        case "chunked":
            return _bounded(ChunkedReader(io.BytesIO(data)), limit)
        case "br":
            return _bounded(BrotliReader(io.BytesIO(data)), limit)
        case "gzip" | "x-gzip" | "deflate":
            decoder = zlib.decompressobj(wbits=47)
            plain = decoder.decompress(data, limit + 1)
            if len(plain) <= limit and not decoder.eof:
                raise EOFError("breaks off")
            return _limited(plain, limit)
    raise Unusable("unknown_encoding", coding)


class _Reader(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


def _bounded(reader: _Reader, limit: int) -> bytes:
    data = bytearray()
    while len(data) <= limit and (part := reader.read(limit + 1 - len(data))):
        data += part
    return _limited(bytes(data), limit)


def _limited(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise Unusable("document_too_large", f"more than {limit} bytes")
    return data
