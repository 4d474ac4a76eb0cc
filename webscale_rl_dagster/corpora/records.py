"""What a reader yields: a document, or a record that cannot be one and why."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Document:
    """One document as its source has it; nothing about other documents is known yet."""

    text: str
    source_uri: str
    source_row: int
    url: str | None = None
    title: str | None = None
    licence: str | None = None
    language: str | None = None
    metadata: str | None = None
    """Every other field of the record, as JSON text."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record, or the rest of a file, that goes to quarantine."""

    source_uri: str
    position: int
    """Line, row or record, from 0; in plain text, where lines mean nothing, a byte offset."""
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How the records of one corpus are read."""

    text_field: str
    licence: str | None
    """For documents that name none themselves."""
    max_document_bytes: int
    """Of a JSONL line, a text file, a page, or a Parquet row's text and metadata: what bounds
    memory."""


@dataclass(slots=True)
class Meter:
    """How far into a file its reader is, in bytes as they lie on the disk."""

    bytes_read: int = 0


def uri_of(path: Path) -> str:
    """The path as UTF-8 can hold it: bytes of a file name that are not UTF-8 are escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def is_stored(path: str) -> bool:
    """Whether it names an object in S3 and no local file."""
    return path.startswith("s3://")


def file_uri(path: str) -> str:
    """As ingestion writes the source file that a person names by `path`."""
    return path if is_stored(path) else uri_of(Path(os.path.abspath(path)))


def document_of(
    record: dict[str, Any], *, source_uri: str, source_row: int, options: ReadOptions
) -> Document | Rejected:
    """The document in a record. Takes the record apart: it is not to be used afterwards.

    A text with a NUL is quarantined rather than mended: it is damaged or binary, and a mended text
    would no longer be the source's. An optional field that is no clean string stays in `metadata`.
    """

    def rejected(reason: str, detail: str) -> Rejected:
        return Rejected(source_uri, source_row, reason, detail)

    text = record.pop(options.text_field, None)
    if text is None:
        return rejected("missing_text", f"no field {options.text_field!r}, or null")
    if not isinstance(text, str):
        return rejected("text_not_a_string", f"a {type(text).__name__}")
    if not text.strip():
        return rejected("empty_text", f"{len(text)} white-space characters")
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        return rejected("invalid_unicode", f"lone surrogate at character {error.start}")
    if "\0" in text:
        return rejected("control_characters", f"NUL at character {text.index(chr(0))}")
    title, url, language = (_take(record, name) for name in ("title", "url", "language"))
    licence = _take(record, "licence") or _take(record, "license") or options.licence
    try:
        metadata = _json_text(record) if record else None
    except (RecursionError, ValueError) as error:
        return rejected("malformed_json", f"metadata cannot be written as JSON: {error}")
    size += len(metadata or "")
    if size > options.max_document_bytes:
        return rejected("document_too_large", f"{size} bytes")
    return Document(text, source_uri, source_row, url, title, licence, language, metadata)


def _take(record: dict[str, Any], name: str) -> str | None:
    value = record.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        record.pop(name, None)
        return None
    if not isinstance(value, str) or "\0" in value:
        return None
    try:
        value.encode()
    except UnicodeEncodeError:
        return None
    del record[name]
    return value


def _json_text(fields: dict[str, Any]) -> str:
    """JSON has no NaN, which becomes null. The slow way keeps wide integers and odd surrogates."""
    try:
        return orjson.dumps(fields, default=_plain).decode()
    except orjson.JSONEncodeError:
        return json.dumps(fields, default=_plain, separators=(",", ":"), allow_nan=False)


def _plain(value: object) -> str:
    """Parquet's types that JSON lacks: decimals, durations, and bytes, as text or base64."""
    if not isinstance(value, bytes):
        return str(value)
    try:
        return value.decode()
    except UnicodeDecodeError:
        return base64.b64encode(value).decode()
