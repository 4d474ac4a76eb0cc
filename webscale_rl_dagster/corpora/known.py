"""Which texts are stored already: tables on disk, so that memory does not grow."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from webscale_rl_dagster.corpora.near import NearDocuments
from webscale_rl_dagster.corpora.records import Document
from webscale_rl_dagster.corpora.removed import REMOVED, Removed
from webscale_rl_dagster.corpora.stored import stored_documents
from webscale_rl_dagster.deduplication.documents import signature_of
from webscale_rl_dagster.storage.tables import Tables

CACHE_KIB = 32 * 1024
DUPLICATE = "duplicate_document"
NEAR_DUPLICATE = "near_duplicate_document"
_KEPT, _REMOVED = 0, 1
_TABLE = "CREATE TABLE known (digest BLOB PRIMARY KEY, removed INTEGER) WITHOUT ROWID"
_ADD = (
    "INSERT INTO known VALUES (?, ?) "
    "ON CONFLICT (digest) DO UPDATE SET removed = MAX(removed, excluded.removed)"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a document, in the words of `raw_documents`."""

    reason: str | None = None
    """None for a new one, which is remembered."""
    duplicate_of: str | None = None
    minhash: bytes | None = None
    """Of a new one, for later ingestions; None if near duplicates are not looked for."""


class KnownDocuments:
    """Kept and removed documents: 16 bytes of each id and, unless `near` is None, its signature.

    `near` is the similarity from which a document counts as a near duplicate. SQLite keeps a
    database without a name in its page cache and, beyond that, in a temporary file that nobody else
    sees and that goes with the process, however that ends.
    """

    def __init__(self, *, near: float | None, removed: Removed | None = None) -> None:
        self._loaded: set[str] = set()
        self._left_out: list[str] | None = None
        """Of what is stored, by the last `load`; None: it was not listed yet."""
        self._removed = removed or Removed(())
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        self._database.execute(_TABLE)
        self._near = NearDocuments(self._database, near) if near is not None else None
        self._database.execute("BEGIN")

    def close(self) -> None:
        self._database.close()

    def judge(self, document_id: str, document: Document) -> Verdict:
        """A document that is kept is remembered; one that repeats it never makes another a repeat.

        One that was removed, or that a rule of a removal keeps out, is remembered as such: neither
        it nor what nearly repeats it comes in again. A text that is kept for another source of it
        is a repeat of that, whatever rule its own is under.
        """
        known = self._find(document_id)
        if known == _KEPT and self._removed.of_document(document_id) is None:
            return Verdict(DUPLICATE, document_id)
        if known == _REMOVED or self._is_barred(document_id, document):
            return self._removed_now(document_id, document.text)
        if self._near is None:
            self._add(document_id, None)
            return Verdict()
        minhash = signature_of(document.text)
        survivor = self._near.find(minhash)
        if survivor is not None:
            removed = self._find(survivor) == _REMOVED or self._removed.of_document(survivor)
            return Verdict(REMOVED if removed else NEAR_DUPLICATE, survivor)
        self._add(document_id, minhash)
        return Verdict(minhash=minhash)

    def load(self, tables: Tables, *, without: str) -> None:
        """Add what is stored, except shards whose key starts with `without`.

        Those are an earlier, unfinished attempt at the file that is about to be read: against
        itself every document would be a duplicate. What others store after the first call is not
        looked for.
        """
        if any(key.startswith(without) for key in self._loaded):
            self.forget()
        if self._left_out is not None and all(key.startswith(without) for key in self._left_out):
            return
        stored = [key for key in tables.shards("raw_documents") if key not in self._loaded]
        wanted = [key for key in stored if not key.startswith(without)]
        for key, documents in stored_documents(tables, wanted, near=self._near is not None):
            for document_id, removed, minhash in documents:
                self._add(document_id, minhash, removed=removed)
            self._loaded.add(key)
        self._left_out = [key for key in stored if key.startswith(without)]

    def forget(self) -> None:
        """Begin anew, as after a file whose documents were judged and never stored."""
        self._database.execute("DELETE FROM known")
        if self._near is not None:
            self._near.clear()
        self._loaded.clear()
        self._left_out = None

    def loaded(self, key: str) -> None:
        """The shard's documents have been judged one by one."""
        self._loaded.add(key)

    def _is_barred(self, document_id: str, document: Document) -> bool:
        found = self._removed.find(
            document_id,
            url=document.url,
            source_uri=document.source_uri,
            licence=document.licence,
        )
        return found is not None

    def _removed_now(self, document_id: str, text: str) -> Verdict:
        minhash = None if self._near is None else signature_of(text)
        self._add(document_id, minhash, removed=True)
        return Verdict(REMOVED, minhash=minhash)

    def _find(self, document_id: str) -> int | None:
        """`_KEPT`, `_REMOVED`, or None if nothing is known of it."""
        row = (_digest(document_id),)
        found = self._database.execute("SELECT removed FROM known WHERE digest = ?", row).fetchone()
        return None if found is None else int(found[0])

    def _add(self, document_id: str, minhash: bytes | None, *, removed: bool = False) -> None:
        """A text that is kept in one place and was removed in another counts as removed."""
        row = (_digest(document_id), _REMOVED if removed else _KEPT)
        self._database.execute(_ADD, row)
        if self._near is not None and minhash is not None:
            self._near.add(document_id, minhash)


def _digest(document_id: str) -> bytes:
    return bytes.fromhex(document_id[:32])
