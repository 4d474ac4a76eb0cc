"""What a release leaves out because it was removed, and the list that goes with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from webscale_rl_dagster.corpora.removed import (
    REMOVED,
    SOURCE,
    Removed,
    Tombstone,
    tombstones,
)
from webscale_rl_dagster.releases.cleaning import Drop
from webscale_rl_dagster.releases.files import table_file
from webscale_rl_dagster.releases.published import Published
from webscale_rl_dagster.storage.tables import Row, Tables


class Removals:
    """All tombstones of a storage, asked about the shards of a release.

    A shard may not have been made anew yet, so pairs are asked as well as documents. Without a
    tombstone nothing is read.
    """

    def __init__(self, tables: Tables, shards: Sequence[str]) -> None:
        self._tables = tables
        self._shards = shards
        self._removed = Removed(tombstones(tables.objects))

    def drops(self, published: Published) -> dict[str, Drop]:
        """By `qa_id`, the pairs of removed documents."""
        if not self._removed.tombstones:
            return {}
        return {
            qa_id: Drop(REMOVED)
            for _, batch in published.batches(["qa_id", *SOURCE], step="looking for removed")
            for qa_id in batch.filter(are_removed(batch, self._removed))["qa_id"]
        }

    def of(self, batch: pl.DataFrame) -> pl.Series:
        """Which rows of a release are of documents that were removed since."""
        return are_removed(batch, self._removed)

    def store(self, path: Path) -> dict[str, Any]:
        """Write `release_removed`, if there is anything to list; what the manifest says of it."""
        found: dict[str, Tombstone | None] = {}
        for document_id, tombstone in self._documents():
            found[document_id] = found.get(document_id) or tombstone
        if found:
            with table_file("release_removed", path) as writer:
                for document_id in sorted(found):
                    writer.add(_row(document_id, found[document_id]))
        counts = Counter(tombstone.id for tombstone in found.values() if tombstone)
        return {
            "documents": len(found),
            "removals": [
                {
                    "id": tombstone.id,
                    "kind": tombstone.kind,
                    "reason": tombstone.reason,
                    "time": tombstone.time,
                    "documents": counts[tombstone.id],
                }
                for tombstone in self._removed.tombstones
                if counts[tombstone.id]
            ],
        }

    def _documents(self) -> Iterator[tuple[str, Tombstone | None]]:
        """Removed documents of the shards; None: by a rule for another source."""
        if not self._removed.tombstones:
            return
        for shard in self._shards:
            stored = self._tables.open("raw_documents", shard)
            for batch in stored.batches([*SOURCE, "reason", "duplicate_of"]):
                for row in batch.iter_rows(named=True):
                    tombstone = self._removed.of_row(row)
                    if tombstone is not None or row["reason"] == REMOVED:
                        yield row["document_id"], tombstone


def are_removed(batch: pl.DataFrame, removed: Removed) -> pl.Series:
    """Which rows are of removed documents, by their ids or by the rules of removals."""
    if not removed.tombstones:
        return pl.repeat(False, batch.height, dtype=pl.Boolean, eager=True)
    rows = batch.select(SOURCE).iter_rows(named=True)
    return pl.Series([removed.find(**row) is not None for row in rows], dtype=pl.Boolean)


def _row(document_id: str, tombstone: Tombstone | None) -> Row:
    if tombstone is None:
        return {"document_id": document_id, "qa_ids": []}
    return {
        "document_id": document_id,
        "qa_ids": tombstone.documents.get(document_id, []),
        "kind": tombstone.kind,
        "reason": tombstone.reason,
        "removed_at": tombstone.time,
    }
