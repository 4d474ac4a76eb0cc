"""Writes what was rejected in one file, in parts, so that memory holds one part at most."""

from __future__ import annotations

from datetime import datetime

from webscale_rl_dagster.corpora.records import Rejected
from webscale_rl_dagster.identity import ShardKey
from webscale_rl_dagster.schemas import frame_of
from webscale_rl_dagster.storage.refusals import printable
from webscale_rl_dagster.storage.tables import Tables

PART_RECORDS = 10_000
DETAIL_CHARACTERS = 200


class Quarantine:
    """`quarantine/<corpus>/<file>/<part>`, the grammar of shard keys.

    A rerun after a crash finds the same records and writes the same parts over the old ones.
    """

    def __init__(self, tables: Tables, corpus: str, file: str, now: datetime) -> None:
        self.records = 0
        self.parts: list[str] = []
        self._tables = tables
        self._corpus = corpus
        self._file = file
        self._now = now
        self._rows: list[dict[str, object]] = []

    def add(self, rejected: Rejected) -> None:
        self.records += 1
        self._rows.append(
            {
                "corpus": self._corpus,
                "source_uri": rejected.source_uri,
                "position": rejected.position,
                "reason": rejected.reason,
                "detail": harmless(rejected.detail),
                "quarantined_at": self._now,
            }
        )
        if len(self._rows) == PART_RECORDS:
            self.flush()

    def flush(self) -> None:
        if not self._rows:
            return
        part = str(ShardKey(self._corpus, self._file, len(self.parts)))
        self._tables.write("quarantine", part, frame_of("quarantine", self._rows))
        self.parts.append(part)
        self._rows.clear()


def harmless(detail: str) -> str:
    """Short, and nothing in it steers a terminal: what does not print is escaped."""
    return printable(detail[:DETAIL_CHARACTERS])[:DETAIL_CHARACTERS]
