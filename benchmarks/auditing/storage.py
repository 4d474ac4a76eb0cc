"""A storage of any size, made by as many processes as there are cores; one that is begun goes on.

Of every 50 shards one is behind a shut gate, and one has not come to `verified_qa`.
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.auditing.calls import write_calls
from benchmarks.auditing.documents import (
    SHARDS_PER_FILE,
    STARTED,
    documents_of,
    key_of,
    sha256_of,
    source_of,
)
from benchmarks.auditing.pairs import pairs_of
from benchmarks.auditing.tables import write_tables
from benchmarks.auditing.words import Words, words_of
from webscale_rl_dagster.corpora.marker import MarkedShard, Marker, read_marker, write_marker
from webscale_rl_dagster.inference.usage import Usage
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables

SHUT, UNPUBLISHED, EVERY = 7, 13, 50
_QUARANTINED = 8
"""Of so many files one has a broken record."""


def make_shards(storage: Path, text: Path, shards: int, *, journal_every: int) -> None:
    """Shards by number, each the same whoever makes it; of so many one has a journal."""
    files = -(-shards // SHARDS_PER_FILE)
    with ProcessPoolExecutor(
        len(os.sched_getaffinity(0)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start,
        initargs=(str(storage), str(text), shards, journal_every),
    ) as pool:
        for number, _ in enumerate(pool.map(_make_file, range(files), chunksize=4)):
            if number % 500 == 0:
                print(f"{number * SHARDS_PER_FILE:,} of {shards:,} shards", flush=True)


class _Maker:
    """What a process keeps between files."""

    def __init__(self, storage: str, text: str, shards: int, journal_every: int) -> None:
        self.tables = Tables(Objects(storage))
        self.words: Words = words_of(Path(text))
        self.shards = shards
        self.journal_every = journal_every

    def make_file(self, file: int) -> None:
        first = file * SHARDS_PER_FILE
        numbers = range(first, min(first + SHARDS_PER_FILE, self.shards))
        key = key_of(first)
        if read_marker(self.tables.objects, key.corpus, sha256_of(file)) is not None:
            return
        marked = [self._make_shard(number) for number in numbers]
        broken = int(file % _QUARANTINED == 0)
        if broken:
            self._quarantine(file)
        marker = Marker(
            source_uri=source_of(key),
            sha256=sha256_of(file),
            shards=tuple(marked),
            documents=sum(shard.rows for shard in marked),
            duplicates=sum(shard.duplicates for shard in marked),
            quarantined=broken,
            finished_at=datetime.now(UTC),
        )
        write_marker(self.tables.objects, key.corpus, marker)

    def _make_shard(self, number: int) -> MarkedShard:
        draw = np.random.default_rng([1, number])
        shard = str(key_of(number))
        documents = documents_of(number, self.words, draw)
        pairs = pairs_of(shard, documents, self.words, draw)
        usage: dict[str, Usage] = {}
        if number % self.journal_every == 0:
            usage = write_calls(self.tables.objects, shard, documents, pairs)
        frames = {
            "raw_documents": documents.raw,
            "filtered_documents": documents.filtered,
            "classified_documents": documents.classified,
            "candidate_qa": pairs.candidates,
            "checked_qa": pairs.checked,
            "verified_qa": pairs.verified,
        }
        if number % EVERY == UNPUBLISHED:
            del frames["verified_qa"]
        written = write_tables(self.tables, shard, frames, usage, shut=number % EVERY == SHUT)
        kept = int(documents.raw["kept"].sum())
        return MarkedShard(
            key=shard,
            rows=documents.raw.height,
            kept=kept,
            duplicates=documents.raw.height - kept,
            sha256=written.sha256,
        )

    def _quarantine(self, file: int) -> None:
        key = key_of(file * SHARDS_PER_FILE)
        row = {
            "corpus": key.corpus,
            "source_uri": source_of(key),
            "position": 10_000,
            "reason": "malformed_json",
            "detail": "unexpected end of data",
            "quarantined_at": STARTED,
        }
        part = f"{key.corpus}/{key.file}/00000"
        self.tables.write("quarantine", part, pl.DataFrame([row]))


_maker: _Maker


def _start(storage: str, text: str, shards: int, journal_every: int) -> None:
    global _maker
    _maker = _Maker(storage, text, shards, journal_every)


def _make_file(file: int) -> None:
    _maker.make_file(file)
