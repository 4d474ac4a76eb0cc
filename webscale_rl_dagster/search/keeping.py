"""The catalog as the one writer of the index changes it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from webscale_rl_dagster.search.catalog import FORMAT, Catalog, Part, catalog_file
from webscale_rl_dagster.search.summaries import stored

_MAKE = f"""
CREATE TABLE parts (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    token TEXT NOT NULL,
    pairs INTEGER NOT NULL DEFAULT 0,
    documents INTEGER NOT NULL DEFAULT 0,
    summary BLOB,
    UNIQUE (kind, name)
);
CREATE TABLE settled (totals BLOB NOT NULL);
PRAGMA user_version = {FORMAT};
"""


@dataclass(frozen=True, slots=True)
class Indexed:
    """A part whose rows are in the index; it has none if it could not be read."""

    part: Part
    token: str
    """Its `failed_token` if it could not be read."""
    pairs: int = 0
    documents: int = 0
    summary: bytes | None = None


class Keeper:
    """Writes the catalog; what it says of a part is told after the index has committed it."""

    def __init__(self, folder: Path) -> None:
        self.catalog = Catalog.open(folder)

    @classmethod
    def make(cls, folder: Path) -> Keeper:
        """A new and empty catalog."""
        with closing(sqlite3.connect(catalog_file(folder))) as connection:
            connection.executescript(_MAKE)
        return cls(folder)

    def sound(self) -> bool:
        """Whether it can be read through; of the right version or not."""
        try:
            with self.catalog.connection() as connection:
                (found,) = connection.execute("PRAGMA quick_check").fetchone()
        except sqlite3.DatabaseError:
            return False
        return bool(found == "ok")

    def rows(self) -> tuple[int, int] | None:
        """Pairs and documents that the index must hold; None after an interruption."""
        with self.catalog.connection() as connection:
            (begun,) = connection.execute("SELECT count(*) FROM parts WHERE token = ''").fetchone()
            sums = "SELECT coalesce(sum(pairs), 0), coalesce(sum(documents), 0) FROM parts"
            pairs, documents = connection.execute(sums).fetchone()
        return None if begun else (pairs, documents)

    def begin(self, parts: Iterable[Part]) -> dict[Part, int]:
        """Their numbers. From now on nobody takes what the index has of them for up to date.

        Whatever was begun stays known, so that rows of a part that is gone after a crash are found.
        """
        with self.catalog.connection() as connection:
            connection.executemany(
                "INSERT INTO parts (kind, name, token) VALUES (?, ?, '') "
                "ON CONFLICT DO UPDATE SET token = ''",
                parts,
            )
            rows = connection.execute("SELECT kind, name, number FROM parts").fetchall()
        return {Part(kind, name): number for kind, name, number in rows}

    def finish(self, indexed: Iterable[Indexed]) -> None:
        """They are in the index as it was committed."""
        values = [(one.token, one.pairs, one.documents, one.summary, *one.part) for one in indexed]
        with self.catalog.connection() as connection:
            connection.execute("DELETE FROM settled")
            connection.executemany(
                "UPDATE parts SET token = ?, pairs = ?, documents = ?, summary = ? "
                "WHERE kind = ? AND name = ?",
                values,
            )

    def forget(self, parts: Iterable[Part]) -> None:
        """They are no more in the index."""
        with self.catalog.connection() as connection:
            connection.execute("DELETE FROM settled")
            connection.executemany("DELETE FROM parts WHERE kind = ? AND name = ?", parts)

    def settle(self) -> None:
        """Keep the totals, until something changes."""
        totals = stored(self.catalog.totals())
        with self.catalog.connection() as connection:
            connection.execute("DELETE FROM settled")
            connection.execute("INSERT INTO settled VALUES (?)", (totals,))
