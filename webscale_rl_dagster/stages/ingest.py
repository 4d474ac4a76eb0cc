"""Reads corpus files, cuts them into shards and writes `raw_documents`, constant in memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import polars as pl

from webscale_rl_dagster.corpora.known import KnownDocuments
from webscale_rl_dagster.corpora.marker import MarkedShard, Marker, read_marker, write_marker
from webscale_rl_dagster.corpora.quarantine import Quarantine
from webscale_rl_dagster.corpora.records import Document, Meter, ReadOptions, Rejected, uri_of
from webscale_rl_dagster.corpora.sources import Source, find_sources
from webscale_rl_dagster.errors import IngestError
from webscale_rl_dagster.identity import CORPUS_NAME, ShardKey, document_id
from webscale_rl_dagster.schemas import frame_of
from webscale_rl_dagster.storage.tables import Tables, WrittenTable

DUPLICATE = "duplicate_document"
SHARD_CHARACTERS = 512 * 1024 * 1024
"""A shard of very long documents ends early, or a thousand of ten megabytes would fill memory."""
MOST_SHARDS = 100_000
"""Of one file: shard numbers have five digits."""
PROGRESS_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class IngestedShard:
    """A shard whose `raw_documents` table is written."""

    key: str
    rows: int
    kept: int
    duplicates: int
    table: WrittenTable
    new: bool
    """False if the table was there before, from a complete ingestion or an unfinished one."""


@dataclass(frozen=True, slots=True)
class IngestProgress:
    """How far an ingestion is, over all its files."""

    bytes_read: int
    """As they lie on disk, of `bytes_total`; files that need no reading count as read."""
    bytes_total: int
    documents: int
    """Rows of `raw_documents`, duplicates among them, without files ingested before."""
    quarantined: int
    file: str


def _ignore(_progress: IngestProgress) -> None:
    """Nobody watches."""


def ingest(
    path: Path,
    *,
    corpus: str,
    tables: Tables,
    shard_documents: int,
    max_document_bytes: int,
    format: str = "auto",
    text_field: str = "text",
    licence: str | None = None,
    on_progress: Callable[[IngestProgress], None] = _ignore,
) -> Iterator[IngestedShard]:
    """Yield each shard once its table is written; IngestError, at once, if nothing can be read.

    The same content in the same corpus is ingested once, whatever its name and whatever the
    arguments of the second call. A crash costs the shard under way: a rerun reads the file again,
    leaves equal tables as they are, and ends as an undisturbed run would have.
    """
    if re.fullmatch(CORPUS_NAME, corpus) is None:
        raise IngestError(
            f"{corpus!r} is no corpus name: lower-case letters, digits, - and _, at most 63"
        )
    if shard_documents < 1 or max_document_bytes < 1:
        raise IngestError("shard_documents and max_document_bytes must be at least 1")
    ingestion = _Ingestion(
        sources=find_sources(path, format),
        corpus=corpus,
        tables=tables,
        shard_documents=shard_documents,
        options=ReadOptions(text_field, licence, max_document_bytes),
        on_progress=on_progress,
    )
    return ingestion.run()


class _Ingestion:
    """One call of `ingest`: its files one after another, each text kept where it comes first."""

    def __init__(
        self,
        *,
        sources: list[Source],
        corpus: str,
        tables: Tables,
        shard_documents: int,
        options: ReadOptions,
        on_progress: Callable[[IngestProgress], None],
    ) -> None:
        self.sources = sources
        self.corpus = corpus
        self.tables = tables
        self.shard_documents = shard_documents
        self.options = options
        self.on_progress = on_progress
        self.bytes_done = self.bytes_total = self.documents = self.quarantined = 0

    def run(self) -> Iterator[IngestedShard]:
        try:
            self.bytes_total = sum(source.size() for source in self.sources)
            with closing(KnownDocuments()) as known:
                for source in self.sources:
                    yield from self._source(source, known)
        except OSError as error:
            raise IngestError(f"cannot read the corpus: {error}") from error

    def _source(self, source: Source, known: KnownDocuments) -> Iterator[IngestedShard]:
        fingerprint = source.fingerprint()
        content = source.sha256()
        marker = read_marker(self.tables.objects, self.corpus, content)
        size = source.size()
        if marker is not None:
            yield from (self._marked(shard) for shard in marker.shards)
        else:
            known.load(self.tables, without=f"{self.corpus}/{content[:10]}/")
            file = _File(self, source, content, known)
            yield from file.shards()
            if source.fingerprint() != fingerprint:
                raise IngestError(f"{source.path} changed while it was read: ingest it again")
            file.finish()
        self.bytes_done += size
        self.report(source, 0)

    def _marked(self, shard: MarkedShard) -> IngestedShard:
        uri = self.tables.uri("raw_documents", shard.key)
        table = WrittenTable(uri, shard.rows, shard.sha256)
        return IngestedShard(
            shard.key, shard.rows, shard.kept, shard.duplicates, table, new=False
        )

    def report(self, source: Source, bytes_read: int) -> None:
        self.on_progress(
            IngestProgress(
                bytes_read=self.bytes_done + bytes_read,
                bytes_total=self.bytes_total,
                documents=self.documents,
                quarantined=self.quarantined,
                file=uri_of(source.path),
            )
        )


class _File:
    """One file that has no marker yet."""

    def __init__(
        self, ingestion: _Ingestion, source: Source, content: str, known: KnownDocuments
    ) -> None:
        self.ingestion = ingestion
        self.source = source
        self.content = content
        self.known = known
        self.now = datetime.now(UTC)
        self.tables = ingestion.tables
        self.done: list[MarkedShard] = []
        self.quarantine = Quarantine(self.tables, ingestion.corpus, content[:10], self.now)

    def shards(self) -> Iterator[IngestedShard]:
        ingestion = self.ingestion
        meter = Meter()
        reported = characters = 0
        rows: list[dict[str, object]] = []
        with closing(self.source.read(meter, ingestion.options)) as items:
            for item in items:
                if isinstance(item, Rejected):
                    self.quarantine.add(item)
                    ingestion.quarantined += 1
                else:
                    rows.append(self._row(item))
                    characters += len(item.text) + len(item.metadata or "")
                    ingestion.documents += 1
                if len(rows) == ingestion.shard_documents or characters >= SHARD_CHARACTERS:
                    yield self._write(rows)
                    rows, characters = [], 0
                if meter.bytes_read - reported >= PROGRESS_BYTES:
                    reported = meter.bytes_read
                    ingestion.report(self.source, reported)
        if rows:
            yield self._write(rows)

