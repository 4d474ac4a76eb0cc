"""Cuts the documents of one file into shards and writes each as it fills."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from webscale_rl_dagster.corpora.known import (
    DUPLICATE,
    NEAR_DUPLICATE,
    KnownDocuments,
    Verdict,
)
from webscale_rl_dagster.corpora.records import Document
from webscale_rl_dagster.corpora.removed import REMOVED
from webscale_rl_dagster.errors import IngestError
from webscale_rl_dagster.identity import ShardKey, document_id
from webscale_rl_dagster.storage.rereading import reread
from webscale_rl_dagster.storage.tables import Row, Tables, WrittenTable

TABLE = "raw_documents"
SHARD_CHARACTERS = 512 * 1024 * 1024
"""A shard of very long documents ends early, so that none is a file of many gigabytes."""
MOST_SHARDS = 100_000
"""Of one file: shard numbers have five digits."""
_SAYS = ("document_id", "source_row", "reason", "duplicate_of")


@dataclass(frozen=True, slots=True)
class IngestedShard:
    """A shard whose `raw_documents` table is written."""

    key: str
    rows: int
    kept: int
    duplicates: int
    """Exact and near ones; what is neither kept nor one of them was removed."""
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
        self._shard: _OpenShard | None = None

    def close(self) -> None:
        """A shard that was not flushed does not appear."""
        if self._shard is not None:
            self._shard.abandon()
            self._shard = None

    def add(self, document: Document) -> IngestedShard | None:
        """The shard that this document filled, if it did."""
        self.documents += 1
        if self._shard is None:
            self._shard = _OpenShard(self._tables, self._next_key())
        identity = document_id(document.text)
        verdict = self._known.judge(identity, document)
        self._shard.add(document, self._row(document, identity, verdict))
        full = self._shard.rows >= self._shard_documents
        return self.flush() if full or self._shard.characters >= SHARD_CHARACTERS else None

    def flush(self) -> IngestedShard | None:
        """The last shard, which may hold fewer documents; None if nothing is left."""
        if self._shard is None:
            return None
        shard = self._shard.close()
        self._shard = None
        self._known.loaded(shard.key)
        self.shards.append(shard)
        return shard

    def _next_key(self) -> str:
        if len(self.shards) == MOST_SHARDS:
            raise IngestError(
                f"the file has more than {MOST_SHARDS} shards: raise shard_documents, or split it"
            )
        return str(ShardKey(self._corpus, self._file, len(self.shards)))

    def _row(self, document: Document, identity: str, verdict: Verdict) -> Row:
        removed = verdict.reason == REMOVED
        return {
            "document_id": identity,
            "text": None if removed or verdict.reason == DUPLICATE else document.text,
            "corpus": self._corpus,
            "source_uri": document.source_uri,
            "source_row": document.source_row,
            "url": document.url,
            "title": None if removed else document.title,
            "licence": document.licence,
            "language": document.language,
            "metadata": None if removed else document.metadata,
            "ingested_at": self._now,
            "duplicate_of": verdict.duplicate_of,
            "minhash": verdict.minhash,
            "kept": verdict.reason is None,
            "reason": verdict.reason,
        }


class _OpenShard:
    """A shard that is being filled: its rows lie in a local file until it is closed."""

    def __init__(self, tables: Tables, key: str) -> None:
        self.rows = self.kept = self.duplicates = self.characters = 0
        self._tables = tables
        self._key = key
        self._said = sha256()
        self._context = ExitStack()
        self._writer = self._context.enter_context(tables.writer(TABLE, key))

    def add(self, document: Document, row: Row) -> None:
        self._writer.add(row)
        self._said.update(_said(row))
        self.rows += 1
        self.kept += row["kept"]
        self.duplicates += row["reason"] in (DUPLICATE, NEAR_DUPLICATE)
        self.characters += len(document.text) + len(document.metadata or "")

    def abandon(self) -> None:
        self._writer.discard()
        self._context.close()

    def close(self) -> IngestedShard:
        earlier = reread(self._earlier)
        if earlier is not None:
            self._writer.discard()
        self._context.close()
        table = earlier or self._writer.written
        return IngestedShard(
            self._key, self.rows, self.kept, self.duplicates, table, new=earlier is None
        )

    def _earlier(self) -> WrittenTable | None:
        """The table an unfinished attempt left, if it says the same.

        It may not: it was cut at another size, or another corpus came and went in between.
        """
        if not self._tables.has(TABLE, self._key):
            return None
        stored = sha256()
        for row in self._tables.rows(TABLE, self._key, columns=_SAYS):
            stored.update(_said(row))
        if stored.digest() != self._said.digest():
            return None
        return self._tables.written(TABLE, self._key)


def _said(row: Row) -> bytes:
    """What tells two tables of one shard apart: which document stands where, and its verdict."""
    return "\t".join(str(row[name]) for name in _SAYS).encode() + b"\n"
