"""JSON Lines: one record a line, plain or compressed; a bad line costs that line only."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from webscale_rl_dagster.corpora.blocks import DamagedArchive, read_blocks
from webscale_rl_dagster.corpora.lines import bounded_lines
from webscale_rl_dagster.corpora.records import (
    Document,
    Meter,
    ReadOptions,
    Rejected,
    document_of,
    uri_of,
)

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LARGE_FLOAT = re.compile(r"[\[:,]-?\d(?:\.\d+)?e\+?\d\d")


def read_jsonl(path: Path, meter: Meter, options: ReadOptions) -> Iterator[Document | Rejected]:
    """Blank lines are no records, but they count in the numbering."""
    uri = uri_of(path)
    number = 0
    blank = True
    try:
        for line in bounded_lines(read_blocks(path, meter), options.max_document_bytes):
            number = line.number
            if line.data is None:
                blank = False
                yield Rejected(uri, number, "document_too_large", f"a line of {line.size} bytes")
            elif content := _content(line.data, number):
                blank = False
                yield parse_line(content, uri, number, options)
            number += 1
    except DamagedArchive as damage:
        yield Rejected(uri, number, damage.reason, str(damage))
        return
    if blank:
        yield Rejected(uri, 0, "empty_file", "no record in it")


def parse_line(
    line: bytes, source_uri: str, number: int, options: ReadOptions
) -> Document | Rejected:
    """What orjson refuses or rounds, Python's parser decides.

    That one accepts NaN (read as null) and lone surrogates, and keeps integers beyond 64 bits,
    which orjson turns into floats: where the metadata shows a large float, the line is read again.
    """
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return _parse_exactly(line, source_uri, number, options)
    if not isinstance(record, dict):
        return _not_an_object(record, source_uri, number)
    item = document_of(record, source_uri=source_uri, source_row=number, options=options)
    if isinstance(item, Document) and item.metadata and _LARGE_FLOAT.search(item.metadata):
        return _parse_exactly(line, source_uri, number, options)
    return item


def _parse_exactly(
    line: bytes, source_uri: str, number: int, options: ReadOptions
) -> Document | Rejected:
    try:
        record = json.loads(line.decode(), parse_constant=_null, parse_float=_finite)
    except UnicodeDecodeError as error:
        detail = f"byte {error.start} of the line: {error.reason}"
        return Rejected(source_uri, number, "invalid_utf8", detail)
    except (ValueError, RecursionError) as error:
        return Rejected(source_uri, number, "malformed_json", str(error))
    if not isinstance(record, dict):
        return _not_an_object(record, source_uri, number)
    return document_of(record, source_uri=source_uri, source_row=number, options=options)


def _content(line: bytes, number: int) -> bytes:
    return (line.removeprefix(_BYTE_ORDER_MARK) if number == 0 else line).strip()


def _not_an_object(value: Any, source_uri: str, number: int) -> Rejected:
    return Rejected(source_uri, number, "not_an_object", f"a {type(value).__name__}")


def _null(_constant: str) -> None:
    return None


def _finite(digits: str) -> float | None:
    value = float(digits)
    return value if math.isfinite(value) else None
