"""Cuts the documents of one file into shards and writes each as it fills."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import polars as pl

from webscale_rl_dagster.corpora.known import KnownDocuments
from webscale_rl_dagster.corpora.records import Document
from webscale_rl_dagster.errors import IngestError
from webscale_rl_dagster.identity import ShardKey, document_id
from webscale_rl_dagster.schemas import frame_of
from webscale_rl_dagster.storage.tables import Tables, WrittenTable

TABLE = "raw_documents"
DUPLICATE = "duplicate_document"
SHARD_CHARACTERS = 512 * 1024 * 1024
"""A shard of very long documents ends early, or a thousand of ten megabytes would fill memory."""
MOST_SHARDS = 100_000
"""Of one file: shard numbers have five digits."""


@dataclass(frozen=True, slots=True)
class IngestedShard:
    """A shard whose `raw_documents` table is written."""

    key: str
    rows: int
    kept: int
    duplicates: int
    table: WrittenTable
    new: bool
    """False if the table was there before, from a complete ingestion or an unfinished one."""


class ShardWriter:
    """Where shards end depends on the file alone, so that every attempt cuts the same ones."""

    def __init__(
        self,
        tables: Tables,
        corpus: str,
        file: str,
        *,
        known: KnownDocuments,
        shard_documents: int,
        now: datetime,
    ) -> None:
        self.documents = 0
        self.shards: list[IngestedShard] = []
        self._tables = tables
        self._corpus = corpus
        self._file = file
        self._known = known
        self._shard_documents = shard_documents
        self._now = now
        self._rows: list[dict[str, object]] = []
        self._characters = 0

    def add(self, document: Document) -> IngestedShard | None:
        """The shard that this document filled, if it did."""
        self.documents += 1
        self._characters += len(document.text) + len(document.metadata or "")
        self._rows.append(self._row(document))
        if len(self._rows) < self._shard_documents and self._characters < SHARD_CHARACTERS:
            return None
        return self.flush()

    def flush(self) -> IngestedShard | None:
        """The last shard, which may hold fewer documents; None if nothing is left."""
        if not self._rows:
            return None
        if len(self.shards) == MOST_SHARDS:
            raise IngestError(
                f"the file has more than {MOST_SHARDS} shards: raise shard_documents, or split it"
            )
        key = str(ShardKey(self._corpus, self._file, len(self.shards)))
        frame = frame_of(TABLE, self._rows)
        self._rows = []
        self._characters = 0
        earlier = self._earlier(key, frame)
        table = earlier or self._tables.write(TABLE, key, frame)
        kept = int(frame["kept"].sum())
        shard = IngestedShard(
            key, frame.height, kept, frame.height - kept, table, new=earlier is None
        )
        self._known.loaded(key)
        self.shards.append(shard)
        return shard

    def _row(self, document: Document) -> dict[str, object]:
        identity = document_id(document.text)
        kept = self._known.add(identity)
        return {
            "document_id": identity,
            "text": document.text if kept else None,
            "corpus": self._corpus,
            "source_uri": document.source_uri,
            "source_row": document.source_row,
            "url": document.url,
            "title": document.title,
            "licence": document.licence,
            "language": document.language,
            "metadata": document.metadata,
            "ingested_at": self._now,
            "kept": kept,
            "reason": None if kept else DUPLICATE,
        }

    def _earlier(self, key: str, frame: pl.DataFrame) -> WrittenTable | None:
        """The table an unfinished attempt left, if it says the same.

        It may not: it was cut at another size, or another corpus came and went in between.
        """
        if not self._tables.has(TABLE, key):
            return None
        says = ["document_id", "source_row", "kept"]
        stored = self._tables.read(TABLE, key, columns=says)
        if not stored.select(says).equals(frame.select(says)):
            return None
        uri = self._tables.uri(TABLE, key)
        objects = self._tables.objects
        data = objects.get(uri.removeprefix(f"{objects.root}/"))
        return WrittenTable(uri, frame.height, sha256(data).hexdigest())
