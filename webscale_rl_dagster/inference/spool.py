"""Completions by key on disk, so that memory does not grow with the journal."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from webscale_rl_dagster.inference.protocol import Completion

CACHE_KIB = 16 * 1024


class Spool:
    """A copy of what the journal holds, for this process alone.

    SQLite keeps a database without a name in its page cache and, beyond that, in a temporary file
    that nobody else sees and that goes with the process, however that ends. Not for threads.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        self._database.execute(
            "CREATE TABLE known (key BLOB PRIMARY KEY, text, finish_reason, prompt, completion)"
        )
        self._database.execute("BEGIN")
        self._empty = True

    def close(self) -> None:
        self._database.close()

    def add(self, key: str, completion: Completion) -> bool:
        """True if the key is new; an old one keeps the completion it has."""
        row = (
            bytes.fromhex(key),
            completion.text,
            completion.finish_reason,
            completion.prompt_tokens,
            completion.completion_tokens,
        )
        self._empty = False
        added = self._database.execute("INSERT OR IGNORE INTO known VALUES (?, ?, ?, ?, ?)", row)
        return added.rowcount == 1

    def add_rows(self, rows: Iterable[tuple[str, str, str, int, int]]) -> None:
        """Many of them: key, text, finish reason, prompt tokens, completion tokens."""
        self._empty = False
        self._database.executemany(
            "INSERT OR IGNORE INTO known VALUES (?, ?, ?, ?, ?)",
            ((bytes.fromhex(key), *rest) for key, *rest in rows),
        )

    def get(self, key: str) -> Completion | None:
        """Without the latency and the cached tokens, which belong to the first time."""
        if self._empty:
            return None
        found = self._database.execute(
            "SELECT text, finish_reason, prompt, completion FROM known WHERE key = ?",
            (bytes.fromhex(key),),
        ).fetchone()
        return None if found is None else Completion(*found)
