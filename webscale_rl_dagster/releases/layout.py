"""Where the parts of a release lie, below `releases/<name>/` in the storage."""

from __future__ import annotations

import re

from webscale_rl_dagster.errors import ReleaseError

FOLDER = "releases"
MANIFEST = "RELEASE.json"
"""Written last: a folder without it is no release yet."""
DROPPED = "dropped.parquet"
REMOVED = "removed.parquet"
CHANGES = "changes.parquet"
CARD = "README.md"
PAGE = "card.html"
PLOTS = "plots"
LICENCES = "LICENSES.md"
CROISSANT = "croissant.json"
VERDICT = "VERDICT.json"
"""What the gate says of it: the one file that may come later, and change."""
WITHDRAWN = "WITHDRAWN.json"
"""Why a release is no more; beside it only the manifest is left."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_DATA = re.compile(r"data/(?P<split>[a-z]+)-(?P<number>\d{5,})-of-(?P<count>\d{5,})\.parquet")


def key_of(name: str, path: str = "") -> str:
    """The storage key of a release's folder, or of a file in it.

    Raises:
        ReleaseError: that cannot be the name of a release.
    """
    if not _NAME.fullmatch(name):
        raise ReleaseError(
            f"{name!r} cannot name a release: use letters, digits, `.`, `_` and `-`, e.g. v1"
        )
    return f"{FOLDER}/{name}/{path}".rstrip("/")


def data_path(split: str, number: int, count: int) -> str:
    """The path, within the release, of one of a split's files."""
    return f"data/{split}-{number:05d}-of-{count:05d}.parquet"


def data_place(path: str) -> tuple[str, int, int] | None:
    """Split, number and count of a path that `data_path` makes; None for any other."""
    found = _DATA.fullmatch(path)
    return (found["split"], int(found["number"]), int(found["count"])) if found else None
