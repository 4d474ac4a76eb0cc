"""Which texts are stored already: a table of digests on disk, so that memory does not grow."""

from __future__ import annotations

import sqlite3

from webscale_rl_dagster.storage.tables import Tables

CACHE_KIB = 32 * 1024


class KnownDocuments:
    """Ids of all kept documents, of which it holds 16 bytes each.

    SQLite keeps a database without a name in its page cache and, beyond that, in a temporary file
    that nobody else sees and that goes with the process, however that ends.
    """

    def __init__(self) -> None:
        self._loaded: set[str] = set()
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        self._database.execute("CREATE TABLE known (digest BLOB PRIMARY KEY) WITHOUT ROWID")
        self._database.execute("BEGIN")

    def close(self) -> None:
        self._database.close()

    def add(self, document_id: str) -> bool:
        """True if the document is new."""
        row = (bytes.fromhex(document_id[:32]),)
        return self._database.execute("INSERT OR IGNORE INTO known VALUES (?)", row).rowcount == 1

    def load(self, tables: Tables, *, without: str) -> None:
        """Add what is stored by now, except shards whose key starts with `without`.

        Those are an earlier, unfinished attempt at the file that is about to be read: against
        itself every document would be a duplicate.
        """
        if any(key.startswith(without) for key in self._loaded):
            self._database.execute("DELETE FROM known")
            self._loaded.clear()
        for key in tables.shards("raw_documents"):
            if key in self._loaded or key.startswith(without):
                continue
            for row in tables.kept_rows("raw_documents", key, columns=["document_id"]):
                self.add(row["document_id"])
            self._loaded.add(key)

    def loaded(self, key: str) -> None:
        """The shard's documents have been added one by one."""
        self._loaded.add(key)
