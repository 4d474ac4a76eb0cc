"""Withdraws releases that show what was removed: a dataset is not changed behind its name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

import polars as pl
import pyarrow as pa

from webscale_rl_dagster.audit.lookup import found
from webscale_rl_dagster.audit.where import Where, among
from webscale_rl_dagster.corpora.removed import Tombstone
from webscale_rl_dagster.errors import ReleaseError, StorageError
from webscale_rl_dagster.releases.layout import CHANGES, DROPPED, FOLDER, REMOVED, key_of
from webscale_rl_dagster.releases.withdrawal import Withdrawal, withdraw, withdrawal_of
from webscale_rl_dagster.storage.objects import Objects

_NAMING = (CHANGES, REMOVED)
"""Tables that name pairs and documents, and show nothing of them."""


def withdraw_releases(
    objects: Objects, ids: Collection[str], tombstones: Sequence[Tombstone]
) -> list[str]:
    """Withdraw all that hold a pair of these documents, or a passage of one as evidence; which.

    Of one that is not finished all files are deleted, and its name is free.
    """
    if not ids:
        return []
    of_them = among("document_id", ids)
    shown = [
        name
        for name in release_names(objects)
        if _is_half_gone(objects, name) or _shows(objects, name, of_them)
    ]
    reasons = "; ".join(sorted({tombstone.reason for tombstone in tombstones}))
    now = Withdrawal(
        reason=f"documents in it were removed: {reasons}",
        time=datetime.now(UTC).isoformat(),
        tombstones=tuple(tombstone.id for tombstone in tombstones),
    )
    for name in shown:
        withdraw(objects, name, now)
    return shown


def release_names(objects: Objects) -> list[str]:
    """Of all releases, unfinished and withdrawn ones too; what else lies there is passed over."""
    found = {key.split("/")[1] for key in objects.list(FOLDER) if key.count("/") > 1}
    return sorted(name for name in found if _is_name(name))


def showing(objects: Objects, name: str) -> list[str]:
    """Keys of a release's tables that show something of documents."""
    naming = [key_of(name, path) for path in _NAMING]
    tables = [key for key in objects.list(key_of(name)) if key.endswith(".parquet")]
    return [key for key in tables if key not in naming]


def rows_in(
    objects: Objects, key: str, where: Where, columns: Sequence[str]
) -> Iterator[pl.DataFrame]:
    """Rows of one of these; StorageError, which names it, if it cannot be read."""
    try:
        with objects.open(key) as file:
            yield from found(file, where, columns)
    except (StorageError, pa.ArrowException, OSError) as error:
        raise StorageError(
            f"{objects.uri(key)} cannot be searched: mend or delete it, then purge again ({error})"
        ) from error


def _is_name(name: str) -> bool:
    try:
        key_of(name)
    except ReleaseError:
        return False
    return True


def _is_half_gone(objects: Objects, name: str) -> bool:
    """Whether it was being withdrawn when that was cut short."""
    return withdrawal_of(objects, name) is not None and len(list(objects.list(key_of(name)))) > 2


def _shows(objects: Objects, name: str, of_them: Where) -> bool:
    return any(_holds(objects, key, of_them) for key in showing(objects, name))


def _holds(objects: Objects, key: str, of_them: Where) -> bool:
    """A pair that was left out is told by its id alone, unless evidence is quoted."""
    left_out = key.endswith(f"/{DROPPED}")
    columns = ["contamination" if left_out else "document_id"]
    rows = rows_in(objects, key, of_them, columns)
    return any(frame.filter(pl.col(columns).is_not_null()).height for frame in rows)
