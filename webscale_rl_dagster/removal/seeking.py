"""What is looked for after a purge: passages of the removed texts, and the ids of documents."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from webscale_rl_dagster.audit.lookup import rows_of
from webscale_rl_dagster.audit.where import among
from webscale_rl_dagster.removal.letters import letters
from webscale_rl_dagster.removal.passages import Passages
from webscale_rl_dagster.storage.tables import Tables


@dataclass(frozen=True, slots=True)
class Sought:
    """Memory holds hashes of passages; none of the texts."""

    ids: frozenset[str]
    """Of all documents that are purged."""
    pairs: frozenset[str]
    """Of the pairs that were made of them."""
    passages: Passages
    documents: tuple[str, ...]
    """Ids of those whose text was there, as `passages` numbers them."""
    counts: tuple[int, ...]
    """Passages of each."""

    @property
    def without_text(self) -> int:
        """Documents whose text was erased before: it cannot be looked for."""
        return len(self.ids) - len(self.documents)

    @property
    def too_short(self) -> int:
        """Documents with fewer letters than a passage: it says nothing where they are found."""
        return self.counts.count(0)

    def rows(self, batch: Any, column: str) -> Any:
        """A mask of the rows of a record batch that name such a document, or such a pair."""
        ids = batch.column(column).cast(pa.large_string())
        known = self.ids if column == "document_id" else self.pairs
        return pc.is_in(ids, value_set=pa.array(known, pa.large_string()))


def seek(tables: Tables, ids: Collection[str], pairs: Collection[str]) -> Sought:
    """Take the passages of every text that `raw_documents` holds of these documents."""
    passages = Passages()
    counts: dict[str, int] = {}
    for shard in tables.shards("raw_documents") if ids else ():
        wanted = among("document_id", ids)
        for row in rows_of(tables, "raw_documents", shard, wanted, ["document_id", "text"]):
            if row["text"] is not None and row["document_id"] not in counts:
                counts[row["document_id"]] = passages.add(letters(row["text"].encode()))
    passages.freeze()
    documents, numbers = tuple(counts), tuple(counts.values())
    return Sought(frozenset(ids), frozenset(pairs), passages, documents, numbers)
