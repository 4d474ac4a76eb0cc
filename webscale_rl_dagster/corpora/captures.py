"""One record of a WARC file: a page, a text, or why it is neither."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastwarc.warc import WarcRecord, WarcRecordType

from webscale_rl_dagster.corpora.bodies import Unusable, body_of
from webscale_rl_dagster.corpora.pages.documents import Page
from webscale_rl_dagster.corpora.records import Document, ReadOptions, Rejected, document_of

_TELLS_OF_OTHERS = WarcRecordType.warcinfo | WarcRecordType.request | WarcRecordType.metadata
_HTML = ("text/html", "application/xhtml+xml")
_METADATA = {
    "WARC-Record-ID": "warc_record_id",
    "WARC-Date": "warc_date",
    "WARC-Refers-To": "warc_refers_to",
    "WARC-Truncated": "warc_truncated",
    "WARC-Identified-Content-Language": "warc_languages",
}


def capture_of(
    record: WarcRecord, source_uri: str, number: int, options: ReadOptions
) -> Page | Document | Rejected | None:
    """None for a record that captured nothing.

    Documents are HTML pages that a server answered with status 200 or that were stored as a
    resource, and conversions to plain text.
    """
    if record.record_type & _TELLS_OF_OTHERS:
        return None
    try:
        content_type = _content_type(record)
        kind = content_type.partition(";")[0].strip().lower()
        is_text = record.record_type == WarcRecordType.conversion
        if is_text and kind != "text/plain":
            raise Unusable("not_text", content_type or "no content type")
        if not is_text and kind not in _HTML:
            raise Unusable("not_html", content_type or "no content type")
        data = body_of(record, options.max_document_bytes)
        if not data:
            raise Unusable("empty_body", "nothing in it")
    except Unusable as why:
        reason, detail = why.args
        return Rejected(source_uri, number, reason, detail)
    url = (record.headers.get("WARC-Target-URI") or "").strip("<> ") or None
    metadata = {
        ours: said for name, ours in _METADATA.items() if (said := record.headers.get(name))
    }
    metadata |= {"content_type": content_type}
    if not is_text:
        return Page(data, content_type, source_uri, number, url, metadata)
    return _text(data, {**metadata, "url": url}, source_uri, number, options)


def _text(
    data: bytes, record: dict[str, Any], source_uri: str, number: int, options: ReadOptions
) -> Document | Rejected:
    try:
        record["text"] = data.decode()
    except UnicodeDecodeError as error:
        return Rejected(source_uri, number, "invalid_utf8", f"byte {error.start}: {error.reason}")
    options = replace(options, text_field="text")
    return document_of(record, source_uri=source_uri, source_row=number, options=options)


def _content_type(record: WarcRecord) -> str:
    """Of the page, not of the record; a response has to be a good one."""
    match record.record_type:
        case WarcRecordType.conversion | WarcRecordType.resource:
            return record.headers.get("Content-Type") or ""
        case WarcRecordType.revisit:
            raise Unusable("revisit", "unchanged since it was captured before")
        case WarcRecordType.continuation:
            raise Unusable("segmented_record", "the beginning is in another record")
        case WarcRecordType.response:
            return _served_type(record)
    said = record.headers.get("WARC-Type")
    raise Unusable("unknown_record_type", f"WARC-Type {said}" if said else "no WARC-Type")


def _served_type(record: WarcRecord) -> str:
    if "WARC-Segment-Number" in record.headers:
        raise Unusable("segmented_record", "its other segments are in other records")
    if not record.is_http:
        raise Unusable("not_html", record.headers.get("Content-Type") or "no content type")
    try:
        record.parse_http(auto_decode="none", quirks_mode=True)
    except OSError as error:
        raise Unusable("malformed_http", str(error)) from None
    status = record.http_headers.status_code if record.http_headers is not None else None
    if record.http_headers is None or status != 200:
        raise Unusable("http_status", str(status))
    return record.http_headers.get("Content-Type") or ""
