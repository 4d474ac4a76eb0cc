"""The main content of one HTML page, without its navigation, banners, comments and scripts.

Runs in a process of its own, by `python -m`: a page of less than a megabyte can keep libxml2 busy
for minutes, in C code where no exception reaches it, and some exhaust memory. The kernel ends such
a process, and the pages beside are none the worse for it.
"""

from __future__ import annotations

import logging
import resource
import signal
import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from typing import Any

import orjson
import trafilatura
from charset_normalizer import from_bytes
from trafilatura.meta import reset_caches
from w3lib.encoding import html_to_unicode

from webscale_rl_dagster.corpora.pages.frames import OUT_OF_MEMORY, read_frame, write_frame

CPU_SECONDS = 10.0
"""What one page may take, of processor time, so that a busy machine rejects no more than an idle
one; most take 5 to 50 ms."""
MEMORY_BYTES = 2 << 30
"""Address space of the process."""
_CACHED_BYTES = 16 << 20
"""trafilatura's caches hold lines of earlier pages; they are emptied after so many bytes."""


def main_content(page: bytes, content_type: str | None) -> dict[str, str | None]:
    """`text`, `title` and `url`, the canonical address; or `reason` and `detail`.

    Depends on the page alone: no network, no dates, nothing of earlier pages.
    """
    source = _decoded(page, content_type)
    if "\0" in source:
        return _failed("control_characters", f"NUL at character {source.index(chr(0))}")
    try:
        tree = trafilatura.load_html(source)
        if tree is None:
            return _failed("malformed_html", "no HTML in it")
        title, url = _title(tree), _canonical(tree)
        text = trafilatura.extract(tree, include_comments=False, include_tables=True)
    except (ValueError, RecursionError, AttributeError, TypeError, KeyError, IndexError) as error:
        return _failed("extraction_failed", f"{type(error).__name__}: {error}")
    if not text or not text.strip():
        return _failed("no_main_content", f"none in a page of {len(page)} bytes")
    return {"text": text, "title": title, "url": url}


def _decoded(page: bytes, content_type: str | None) -> str:
    """By its byte order mark, the HTTP header, its <meta>, else by statistics.

    Before the last three, UTF-8: text that is valid in it and not plain ASCII is hardly ever
    anything else, whatever a server says.
    """
    if not page.isascii() and not page.startswith((BOM_UTF16_BE, BOM_UTF16_LE)):
        try:
            return page.decode().removeprefix("\ufeff")
        except UnicodeDecodeError:
            pass
    return html_to_unicode(content_type, page, auto_detect_fun=_guessed)[1]


def _guessed(page: bytes) -> str | None:
    best = from_bytes(page[:20_000]).best()
    return best.encoding if best else None


def _title(tree: Any) -> str | None:
    return " ".join(str(tree.findtext(".//title") or "").split()) or None


def _canonical(tree: Any) -> str | None:
    link = tree.find('.//link[@rel="canonical"]')
    url = str(link.get("href") or "").strip() if link is not None else ""
    return url if url.startswith(("http://", "https://")) else None


def _failed(reason: str, detail: str) -> dict[str, str | None]:
    return {"reason": reason, "detail": detail}


def serve() -> None:
    """Pages in, contents out, until the other end of the pipe is closed."""
    logging.disable(logging.CRITICAL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    cached = 0
    write_frame(sys.stdout.buffer, b"ready")
    while (content_type := read_frame(sys.stdin.buffer)) is not None:
        page = read_frame(sys.stdin.buffer) or b""
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
        try:
            content = main_content(page, content_type.decode() or None)
        except MemoryError:
            sys.exit(OUT_OF_MEMORY)
        signal.setitimer(signal.ITIMER_PROF, 0)
        write_frame(sys.stdout.buffer, orjson.dumps(content))
        cached += len(page)
        if cached > _CACHED_BYTES:
            reset_caches()
            cached = 0


if __name__ == "__main__":
    serve()
