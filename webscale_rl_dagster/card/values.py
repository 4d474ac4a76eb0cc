"""How values look on a card: those that anyone may have written, and numbers."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
"""Controls, marks that turn the direction of what follows, and characters that hide others."""
_ADDRESS = re.compile(r"[!-~\u00a1-\uffff]+", re.ASCII)
_LONGEST_ADDRESS = 2000
NONE = "–"
"""Stands for a number that has no meaning here."""


def shown(text: object, longest: int = 300) -> str:
    """On one line and of at most so many characters; what cannot be seen becomes U+FFFD."""
    line = " ".join(str(text)[: 4 * longest].split())
    line = line if len(line) <= longest else f"{line[:longest]}…"
    return _UNSEEN.sub("\ufffd", line)


def web_address(url: object) -> str | None:
    """The address if a link may lead there: http or https, to a host, under no one's name.

    What may end a link in Markdown is percent-encoded.
    """
    if not isinstance(url, str) or len(url) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    host = parts.netloc
    if parts.scheme not in ("http", "https") or not host or "@" in host or _UNSEEN.search(url):
        return None
    return quote(url, safe="/:?#@!$&+,;=%~") if host.isascii() and "\\" not in url else None


def count(number: int) -> str:
    """Thousands apart."""
    return f"{number:,}"


def share(number: float | None) -> str:
    """Of a whole, in percent."""
    return NONE if number is None else f"{number:.1%}"


def decimal(number: float | None) -> str:
    """With three digits that tell something; whole from 100 on."""
    if number is None:
        return NONE
    return f"{number:,.0f}" if abs(number) >= 100 or number == int(number) else f"{number:.3g}"
