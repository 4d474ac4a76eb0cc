"""Erases removed documents from a storage for good, and proves it by a scan.

The texts in `raw_documents` go last, once the scan has found them nowhere else: until then they are
what it knows the copies by, however often it is cut short. Marks go first: only what is erased
after them may still name their pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from webscale_rl_dagster.config import Config
from webscale_rl_dagster.corpora.removed import Tombstone, save
from webscale_rl_dagster.home import index_home
from webscale_rl_dagster.removal.erasing import (
    RAW,
    Erased,
    erase_calls,
    erase_made,
    erase_marks,
    erase_texts,
)
from webscale_rl_dagster.removal.pairing import pairs_of
from webscale_rl_dagster.removal.proof import Proof
from webscale_rl_dagster.removal.removing import ids_of
from webscale_rl_dagster.removal.scanning import Progress, look_at_erased, scan
from webscale_rl_dagster.removal.seeking import seek
from webscale_rl_dagster.removal.unfinished import delete_unfinished, still_written
from webscale_rl_dagster.removal.withdrawing import withdraw_releases
from webscale_rl_dagster.search.folder import empty, only_writer
from webscale_rl_dagster.storage.tables import Tables


def purge(
    tables: Tables,
    tombstones: Sequence[Tombstone],
    *,
    config: Config,
    on_progress: Progress | None = None,
) -> Proof:
    """Erase these removals' documents, and what was made of them, from all that is stored.

    Under the storage root their texts, calls, rows, pairs and marks go, and releases that show them
    are withdrawn; beside it the search index goes, which can be made anew. May be repeated. The
    shards that `Proof.shards` names are to be run again, and nothing may run meanwhile: what a run
    has in memory it may write after the scan. Tombstones are marked as purged if it is proven.

    Args:
        tables: The storage.
        tombstones: Of the removals.
        config: Where the search index is.
        on_progress: Told of what is scanned.

    Raises:
        IndexBusy: the search index is being written; nothing was erased.
        StorageError: what names their pairs cannot be read; likewise.
    """
    objects = tables.objects
    ids = ids_of(tombstones)
    pairs = pairs_of(tables, ids)
    sought = seek(tables, ids, pairs)
    passages, erased = len(sought.passages), Erased()
    with only_writer(index := index_home(config)):
        erased.marks = erase_marks(objects, pairs)
        withdrawn = withdraw_releases(objects, ids, tombstones)
        erased.calls = erase_calls(objects, ids, pairs)
        erase_made(tables, ids, erased)
        erased.unfinished = delete_unfinished(objects)
        empty(index)
    findings = scan(objects, sought, on_progress=on_progress)
    for key in still_written(objects):
        findings.unread[key] = "named as an unfinished write: wait for it, or move the file"
    if findings.clean:
        erase_texts(tables, ids, erased)
        raw = [f"{RAW}/{shard}.parquet" for shard in tables.shards(RAW)]
        for find in look_at_erased(objects, raw, sought):
            findings.add(find)
    now = datetime.now(UTC).isoformat()
    if findings.clean:
        for tombstone in tombstones:
            save(objects, tombstone.model_copy(update={"purged": now}))
    return Proof(
        time=now,
        tombstones=tuple(tombstone.id for tombstone in tombstones),
        documents=len(ids),
        without_text=sought.without_text,
        too_short=sought.too_short,
        passages=passages,
        erased=erased,
        withdrawn=tuple(withdrawn),
        findings=findings,
    )
