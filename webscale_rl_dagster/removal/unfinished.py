"""Writes to a folder that were cut short: their parts are no objects, and yet hold text."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from webscale_rl_dagster.schemas import STAGES
from webscale_rl_dagster.storage.objects import Objects

OLD_S = 3600
"""Seconds without a change after which nobody writes it any more."""

_OWN = (
    *STAGES,
    "benchmarks",
    "ingested",
    "journal",
    "lineage",
    "marks",
    "quarantine",
    "releases",
    "removed",
    "usage",
)
"""Folders in which nobody else writes. A file elsewhere that is named so may be a person's."""

_PART = re.compile(r".+#\d+")
"""How a put names its file until it is whole."""


def delete_unfinished(objects: Objects) -> int:
    """Delete our own that are old; how many there were. On S3 a part is nowhere to be listed."""
    old = 0
    for path in list(_parts(objects)):
        if path.relative_to(objects.root).parts[0] not in _OWN:
            continue
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - OLD_S:
                path.unlink()
                old += 1
    return old


def still_written(objects: Objects) -> list[str]:
    """Keys of all that are left: what is in them cannot be told, for no listing has them."""
    return sorted(str(path.relative_to(objects.root)) for path in _parts(objects))


def _parts(objects: Objects) -> Iterator[Path]:
    if objects.root.startswith("s3://"):
        return
    for path in Path(objects.root).rglob("*"):
        if _PART.fullmatch(path.name) and path.is_file():
            yield path
