"""Erases removed documents from a storage for good, and proves it by a scan.

The texts in `raw_documents` go last, once the scan has found them nowhere else: until then they are
what it knows the copies by, however often it is cut short.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime

from webscale_rl_dagster.audit.lookup import among, rows_of
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
from webscale_rl_dagster.removal.proof import Proof
from webscale_rl_dagster.removal.removing import ids_of
from webscale_rl_dagster.removal.scanning import Progress, look_at_erased, scan
from webscale_rl_dagster.removal.seeking import seek
from webscale_rl_dagster.removal.unfinished import delete_unfinished, still_written
from webscale_rl_dagster.removal.withdrawing import withdraw_releases
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
    """
    objects = tables.objects
    ids = ids_of(tombstones)
    pairs = _pairs(tables, tombstones)
    sought = seek(tables, ids, pairs)
    passages, erased = len(sought.passages), Erased()
    withdrawn = withdraw_releases(objects, ids, tombstones)
    erased.marks = erase_marks(objects, pairs)
    erased.calls = erase_calls(objects, ids, pairs)
    erase_made(tables, ids, erased)
    delete_unfinished(objects)
    if (index := index_home(config)).exists():
        shutil.rmtree(index)
    findings = scan(objects, sought, on_progress=on_progress)
    for key in still_written(objects):
        findings.unread[key] = "a write that is not finished: wait for it, or delete the file"
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


def _pairs(tables: Tables, tombstones: Sequence[Tombstone]) -> frozenset[str]:
    """As the removals noted them, and as `candidate_qa` has them by now."""
    noted = {pair for one in tombstones for pairs in one.documents.values() for pair in pairs}
    ids = ids_of(tombstones)
    if ids:
        of_them = among("document_id", ids)
        for shard in tables.shards("candidate_qa"):
            rows = rows_of(tables, "candidate_qa", shard, of_them, ["qa_id"])
            noted.update(row["qa_id"] for row in rows)
    return frozenset(noted)
