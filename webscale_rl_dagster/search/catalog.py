"""What is in the index, of which versions of the data, with a summary of each shard and release."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.search.summaries import (
    ReleaseSummary,
    ShardSummary,
    Totals,
    release_summary,
    shard_summary,
    totals_of,
    totals_stored,
)

FORMAT = 1
"""Raised with every change of what is indexed or kept here: an older index is made anew."""
SHARD, RELEASE = "shard", "release"
"""What the index is made of: the kinds of parts."""
FAILED = "!"
"""What the token of a part begins with that could not be read."""

_PATIENCE_S = 10.0
"""How long to wait for another process's transaction, which takes milliseconds."""
_SUMMARIES = "SELECT summary FROM parts WHERE kind = ? AND summary IS NOT NULL"


def catalog_file(folder: Path) -> Path:
    """An SQLite database."""
    return folder / "catalog.sqlite"


class Part(NamedTuple):
    """A shard or a release: what is indexed and deleted as a whole."""

    kind: str
    name: str

    @property
    def term(self) -> str:
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True)
class Catalog:
    """Of the index in a folder; empty if there is none. For use by many threads and processes."""

    folder: Path

    @classmethod
    def open(cls, folder: Path) -> Catalog:
        return cls(folder)

    @property
    def current(self) -> bool:
        """Whether there is one, of the version that is read here."""
        try:
            with self.connection() as connection:
                (found,) = connection.execute("PRAGMA user_version").fetchone()
        except sqlite3.DatabaseError:
            return False
        return bool(found == FORMAT)

    def shards(
        self, offset: int = 0, limit: int = 50, *, gate: tuple[str, str] | None = None
    ) -> list[ShardSummary]:
        """By name, without those that could not be read.

        With `gate`, an asset and a state, only those of which that asset's gate is in that state.
        """
        which, values = _SUMMARIES, [SHARD]
        if gate is not None:
            which += " AND json_extract(CAST(summary AS TEXT), ?) = ?"
            values += [f"$.gates.{gate[0]}.state", gate[1]]
        rows = self._read(f"{which} ORDER BY name LIMIT ? OFFSET ?", *values, limit, offset)
        return [shard_summary(row[0]) for row in rows]

    def shard(self, name: str) -> ShardSummary | None:
        rows = self._read(f"{_SUMMARIES} AND name = ?", SHARD, name)
        return shard_summary(rows[0][0]) if rows else None

    def releases(self) -> list[ReleaseSummary]:
        """The newest first."""
        found = [release_summary(row[0]) for row in self._read(_SUMMARIES, RELEASE)]
        return sorted(found, key=lambda release: (release.created, release.name), reverse=True)

    def totals(self) -> Totals:
        """As an update that ended left them; summed up anew while one is under way."""
        for (stored,) in self._read("SELECT totals FROM settled"):
            return totals_stored(stored)
        return totals_of(shard_summary(row[0]) for row in self._read(_SUMMARIES, SHARD))

    def failed(self) -> int:
        """Shards and releases that could not be read, and so are not in the index."""
        rows = self._read("SELECT count(*) FROM parts WHERE substr(token, 1, 1) = ?", FAILED)
        return rows[0][0] if rows else 0

    def tokens(self) -> dict[Part, str]:
        """By part that is indexed which versions of its objects it was made of.

        The token is empty while the part is being indexed, and after that was interrupted. That of
        a part that could not be read begins with `FAILED`.
        """
        rows = self._read("SELECT kind, name, token FROM parts")
        return {Part(kind, name): token for kind, name, token in rows}

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Commits, or rolls back; sqlite3.OperationalError if there is no catalog."""
        address = f"{catalog_file(self.folder).absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(address, uri=True, timeout=_PATIENCE_S)) as connection:
            with connection:
                yield connection

    def _read(self, statement: str, *values: Any) -> list[Any]:
        if not self.current:
            return []
        try:
            with self.connection() as connection:
                return connection.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise StorageError(
                f"cannot read {self.folder}: {error}. Delete it: it is made anew"
            ) from error
