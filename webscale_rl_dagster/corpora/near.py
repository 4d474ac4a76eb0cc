"""Which stored document a text nearly repeats: signatures and their bands, in a table on disk."""

from __future__ import annotations

import sqlite3

from webscale_rl_dagster.deduplication.documents import (
    band_count,
    band_rows,
    bands,
    similarities,
)

CROWD = 32
"""Documents compared for each band, the first by their ids, however many have it."""

_TABLES = (
    "CREATE TABLE signatures (number INTEGER PRIMARY KEY, id BLOB, signature BLOB)",
    "CREATE TABLE bands (band INTEGER, number INTEGER, PRIMARY KEY (band, number)) WITHOUT ROWID",
)
_OF_A_BAND = "SELECT * FROM (SELECT number FROM bands WHERE band = ? ORDER BY number LIMIT {crowd})"
_CANDIDATES = "SELECT id, signature FROM signatures WHERE number IN ({numbers}) ORDER BY id"


class NearDocuments:
    """Signatures of kept documents, of which the database holds some 700 bytes each."""

    def __init__(self, database: sqlite3.Connection, threshold: float) -> None:
        self._database = database
        self._threshold = threshold
        self._rows = band_rows(threshold)
        of_a_band = _OF_A_BAND.format(crowd=CROWD)
        of_all = " UNION ALL ".join([of_a_band] * band_count(self._rows))
        self._candidates = _CANDIDATES.format(numbers=of_all)
        for statement in _TABLES:
            database.execute(statement)

    def find(self, signature: bytes) -> str | None:
        """Id of the document that is most like this one, if one is as like it as the threshold.

        Of equals the smallest id, so that the order in which documents came does not matter.
        """
        if not signature:
            return None
        found = self._database.execute(self._candidates, bands(signature, self._rows)).fetchall()
        if not found:
            return None
        shares = similarities(signature, [other for _, other in found])
        best = int(shares.argmax())
        document_id: bytes = found[best][0]
        return document_id.hex() if shares[best] >= self._threshold else None

    def add(self, document_id: str, signature: bytes) -> None:
        """Remember a document; one that is too short for a signature is not."""
        if not signature:
            return
        identity = bytes.fromhex(document_id)
        number = int.from_bytes(identity[:8], "big", signed=True)
        self._database.execute(
            "INSERT OR IGNORE INTO signatures VALUES (?, ?, ?)", (number, identity, signature)
        )
        self._database.executemany(
            "INSERT OR IGNORE INTO bands VALUES (?, ?)",
            [(band, number) for band in bands(signature, self._rows)],
        )

    def clear(self) -> None:
        self._database.execute("DELETE FROM signatures")
        self._database.execute("DELETE FROM bands")
