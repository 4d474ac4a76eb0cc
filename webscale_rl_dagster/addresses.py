"""What may stand where a folder or `s3://bucket/prefix` is meant."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)


def is_address(place: str) -> bool:
    """Whether it begins as `gs://` or `file:/` does, rather than as a path."""
    return _ADDRESS.match(place) is not None


def require_place(place: str) -> str:
    """ValueError for an address that is not `s3://bucket` or `s3://bucket/prefix`.

    As a path it would make a folder `gs:` on this machine.
    """
    if not is_address(place):
        return place
    if not place.startswith("s3://"):
        raise ValueError(f"{place!r} is neither a path nor s3://bucket/prefix")
    named = place.removeprefix("s3://").removesuffix("/")
    if not named.partition("/")[0]:
        raise ValueError(f"{place!r} names no bucket: it is s3://bucket or s3://bucket/prefix")
    if not is_key(named):
        raise ValueError(f"{place!r} has an empty part, `.`, `..` or a control character in it")
    return place


def is_key(key: str) -> bool:
    """Whether an object can be asked for by it; S3 has others, which obstore refuses."""
    parts = key.split("/")
    return not _CONTROL.search(key) and not any(part in ("", ".", "..") for part in parts)


def is_server(address: str) -> bool:
    """Whether it is `http://host` or `https://host`, which may have a port and a path."""
    try:
        parts = urlsplit(address)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    plain = address.isascii() and address.isprintable() and " " not in address
    return named and plain and parts.scheme in ("http", "https")
