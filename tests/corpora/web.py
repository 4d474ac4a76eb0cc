"""Pages as sites serve them, and archives of them."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

FIRST = (
    "The common swift spends most of its life on the wing, and lands only to breed. It feeds, "
    "drinks and even sleeps in the air, at heights of up to three kilometres."
)
SECOND = (
    "In May the birds return to the same nest, a shallow cup of feathers and grass that is glued "
    "together with saliva, and raise two or three chicks until the end of July."
)


def article(
    *paragraphs: str, title: str = "The common swift", head: str = "", extra: str = ""
) -> str:
    """A page with navigation, a banner about cookies, comments, advertisements and a footer."""
    body = "".join(f"<p>{text}</p>\n" for text in paragraphs or (FIRST, SECOND))
    return f"""<!DOCTYPE html>
<html lang="en"><head><title>{title} | Birds &amp; more</title>{head}
<script>var tracking = {{"page": "swift"}};</script><style>nav {{ color: red }}</style></head>
<body>
<div id="cookie-banner" class="cookie-consent"><p>We use cookies to improve your visit.</p>
<button>Accept all</button></div>
<nav><ul><li><a href="/">Home</a></li><li><a href="/birds">All birds</a></li></ul></nav>
<main><article><h1>{title}</h1>
{body}{extra}
</article></main>
<section id="comments" class="comments"><h2>Comments</h2><p>First! Great post, thanks.</p></section>
<footer><p>Copyright 2026 Birds and more. All rights reserved.</p></footer>
</body></html>"""


@dataclass(frozen=True)
class Record:
    """What a crawler saved; a response if it has a status."""

    body: bytes = article().encode()
    kind: str = "response"
    content_type: str = "text/html; charset=utf-8"
    status: str = "200 OK"
    url: str = "https://birds.example/swift"
    http: tuple[tuple[str, str], ...] = ()
    warc: dict[str, str] = field(default_factory=dict)


class _Writer(WARCWriter):
    """warcio leaves the temporary file of a revisit open."""

    _create_temp_file = staticmethod(io.BytesIO)


def archive(path: Path, *records: Record, gzip: bool | None = None) -> Path:
    """As warcio writes it: a gzip member for each record, if the name says so."""
    path.write_bytes(packed(records, gzip=path.suffix == ".gz" if gzip is None else gzip))
    return path


def packed(records: Iterable[Record], *, gzip: bool = False) -> bytes:
    out = io.BytesIO()
    writer = _Writer(out, gzip=gzip)
    writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "a crawler"}))
    for record in records:
        is_http = record.kind in ("response", "revisit", "request")
        http = None
        if is_http:
            headers = [("Content-Type", record.content_type), *record.http]
            line = "GET / HTTP/1.1" if record.kind == "request" else record.status
            http = StatusAndHeaders(line, headers, protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                record.url,
                record.kind,
                payload=io.BytesIO(record.body),
                http_headers=http,
                warc_content_type="" if is_http else record.content_type,
                warc_headers_dict={"WARC-Date": "2026-03-01T12:00:00Z", **record.warc},
            )
        )
    return out.getvalue()
