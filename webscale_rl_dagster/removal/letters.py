"""One form of a text in whatever format it lies: its letters and digits, without what parts them.

White space, punctuation, letter case and the escapes of JSON, HTML and Markdown differ between
copies of a text; its letters and digits do not.
"""

from __future__ import annotations

import html
import re

BETWEEN = b"\xff"
"""Parts values that are searched together; no UTF-8 holds it, and no copy goes across it."""

_KEPT = bytes(byte for byte in range(128) if chr(byte).isalnum())
_PARTING = bytes(byte for byte in range(128) if byte not in _KEPT)
_SMALL = bytes(range(256)).lower()
_ESCAPE = re.compile(rb"\\+[^\xff]?", re.DOTALL)
_NUMBERED = re.compile(rb"(?:\\+u[0-9a-fA-F]{4})+")
_CODE = re.compile(rb"u([0-9a-fA-F]{4})")
_ENTITY = re.compile(rb"&(?:amp;)*(#?[0-9a-zA-Z]{1,31});")
_WIDE = re.compile(
    rb"\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2(?:\x80[\x80-\x8a\xa8\xa9\xaf\xb9]|\x81\x9f|\x9f\xa6)"
    rb"|\xe3\x80\x80"
)
"""White space outside ASCII, and the two marks that a prompt puts for `<` and `[`."""


def letters(data: bytes) -> bytes:
    """The same for a text and for its copy in JSON, JSON within JSON, HTML or Markdown.

    A backslash takes the character after it along, whether it escapes it or is the text's own. Only
    where one stands right before what another format escapes may a letter or two differ.
    """
    if b"\\" in data:
        if b"\\u" in data:
            data = _NUMBERED.sub(_numbered, data)
        data = _ESCAPE.sub(b"", data)
    if b"&" in data:
        data = _ENTITY.sub(_character, data)
    if not data.isascii():
        data = _WIDE.sub(b"", data)
    return data.translate(_SMALL, _PARTING)


def whole(data: bytes) -> int:
    """How much of the beginning of a longer text can be turned without cutting a character."""
    start = _STARTS.search(data, max(len(data) - _LONGEST, 1))
    return start.start() if start else len(data)


_STARTS = re.compile(rb"[\\&\xc2\xe1-\xe3]")
_LONGEST = 48
"""Bytes of what `letters` takes as one, but for rows of `\\u` escapes."""


def _numbered(escapes: re.Match[bytes]) -> bytes:
    units = b"".join(bytes.fromhex(code.decode()) for code in _CODE.findall(escapes[0]))
    return units.decode("utf-16-be", "ignore").encode()


def _character(entity: re.Match[bytes]) -> bytes:
    return html.unescape(f"&{entity[1].decode()};").encode("utf-8", "ignore")
