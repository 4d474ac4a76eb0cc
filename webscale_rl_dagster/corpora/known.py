"""Which texts are stored already: tables on disk, so that memory does not grow."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from webscale_rl_dagster.corpora.near import NearDocuments
from webscale_rl_dagster.deduplication.documents import is_current, signature_of
from webscale_rl_dagster.storage.tables import Tables

CACHE_KIB = 32 * 1024
DUPLICATE = "duplicate_document"
NEAR_DUPLICATE = "near_duplicate_document"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a document, in the words of `raw_documents`."""

    reason: str | None = None
    """None for a new one, which is remembered."""
    duplicate_of: str | None = None
    minhash: bytes | None = None
    """Of a new one, for later ingestions; None if near duplicates are not looked for."""


class KnownDocuments:
    """All kept documents: 16 bytes of each id and, unless `near` is None, its signature.

    `near` is the similarity from which a document counts as a near duplicate. SQLite keeps a
    database without a name in its page cache and, beyond that, in a temporary file that nobody else
    sees and that goes with the process, however that ends.
    """

    def __init__(self, *, near: float | None) -> None:
        self._loaded: set[str] = set()
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        self._database.execute("CREATE TABLE known (digest BLOB PRIMARY KEY) WITHOUT ROWID")
        self._near = NearDocuments(self._database, near) if near is not None else None
        self._database.execute("BEGIN")

    def close(self) -> None:
        self._database.close()

    def judge(self, document_id: str, text: str) -> Verdict:
        """A document that is kept is remembered; one that is not never makes another a repeat."""
        if self._knows(document_id):
            return Verdict(DUPLICATE, document_id)
        if self._near is None:
            self._add(document_id, None)
            return Verdict()
        minhash = signature_of(text)
        survivor = self._near.find(minhash)
        if survivor is not None:
            return Verdict(NEAR_DUPLICATE, survivor)
        self._add(document_id, minhash)
        return Verdict(minhash=minhash)

    def load(self, tables: Tables, *, without: str) -> None:
        """Add what is stored by now, except shards whose key starts with `without`.

        Those are an earlier, unfinished attempt at the file that is about to be read: against
        itself every document would be a duplicate.
        """
        if any(key.startswith(without) for key in self._loaded):
            self._database.execute("DELETE FROM known")
            if self._near is not None:
                self._near.clear()
            self._loaded.clear()
        for key in tables.shards("raw_documents"):
            if key in self._loaded or key.startswith(without):
                continue
            for document_id, minhash in self._stored(tables, key):
                self._add(document_id, minhash)
            self._loaded.add(key)

    def loaded(self, key: str) -> None:
        """The shard's documents have been judged one by one."""
        self._loaded.add(key)

    def _knows(self, document_id: str) -> bool:
        row = (_digest(document_id),)
        return bool(self._database.execute("SELECT 1 FROM known WHERE digest = ?", row).fetchone())

    def _add(self, document_id: str, minhash: bytes | None) -> None:
        row = (_digest(document_id),)
        self._database.execute("INSERT OR IGNORE INTO known VALUES (?)", row)
        if self._near is not None and minhash is not None:
            self._near.add(document_id, minhash)

    def _stored(self, tables: Tables, key: str) -> Iterator[tuple[str, bytes | None]]:
        """Ids with their signatures, which are made of the texts where none can be used."""
        if self._near is None:
            for row in tables.kept_rows("raw_documents", key, columns=["document_id"]):
                yield row["document_id"], None
            return
        stale = 0
        for row in tables.kept_rows("raw_documents", key, columns=["document_id", "minhash"]):
            current = is_current(row["minhash"])
            stale += not current
            yield row["document_id"], row["minhash"] if current else None
        if not stale:
            return
        for row in tables.kept_rows("raw_documents", key, columns=["document_id", "text"]):
            yield row["document_id"], signature_of(row["text"])


def _digest(document_id: str) -> bytes:
    return bytes.fromhex(document_id[:32])
