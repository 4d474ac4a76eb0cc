"""Writes to a folder that were cut short: their parts are no objects, and yet hold text."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from webscale_rl_dagster.storage.objects import Objects

OLD_S = 3600
"""Seconds without a change after which nobody writes it any more."""

_PART = re.compile(r".+#\d+")
"""How a put names its file until it is whole."""


def delete_unfinished(objects: Objects) -> int:
    """Delete those that are old; how many there were. On S3 a part is nowhere to be listed."""
    old = 0
    for path in list(_parts(objects)):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - OLD_S:
                path.unlink()
                old += 1
    return old


def still_written(objects: Objects) -> list[str]:
    """Keys of those that are left: what is in them cannot be told."""
    return sorted(str(path.relative_to(objects.root)) for path in _parts(objects))


def _parts(objects: Objects) -> Iterator[Path]:
    if objects.root.startswith("s3://"):
        return
    for path in Path(objects.root).rglob("*"):
        if _PART.fullmatch(path.name) and path.is_file():
            yield path
