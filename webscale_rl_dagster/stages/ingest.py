"""Reads corpus files into the shards of `raw_documents`, constant in memory and safe to repeat."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from webscale_rl_dagster.corpora.known import KnownDocuments
from webscale_rl_dagster.corpora.marker import Marker, read_marker, shards_of, write_marker
from webscale_rl_dagster.corpora.quarantine import Quarantine
from webscale_rl_dagster.corpora.records import Meter, ReadOptions, Rejected, uri_of
from webscale_rl_dagster.corpora.removed import Removed, tombstones
from webscale_rl_dagster.corpora.shards import TABLE, IngestedShard, ShardWriter
from webscale_rl_dagster.corpora.sources import Source, find_sources
from webscale_rl_dagster.errors import IngestError
from webscale_rl_dagster.identity import CORPUS_NAME
from webscale_rl_dagster.storage.tables import Tables

__all__ = ["IngestProgress", "IngestedShard", "ingest"]

PROGRESS_BYTES = 8 * 1024 * 1024
"""How often progress is told, besides after every shard and file."""


@dataclass(frozen=True, slots=True)
class IngestProgress:
    """How far one call of `ingest` is, over all its files."""

    bytes_read: int
    """As they lie on disk, of `bytes_total`; files ingested before count as read."""
    bytes_total: int
    documents: int
    """Rows of `raw_documents`, duplicates among them; none of files ingested before."""
    quarantined: int
    file: str


def _unwatched(_progress: IngestProgress) -> None:
    return None


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
    near_duplicates: float | None = None,
    on_progress: Callable[[IngestProgress], None] = _unwatched,
) -> Iterator[IngestedShard]:
    """Yield each shard once its table is written; IngestError, at once, if nothing can be read.

    The same content enters the same corpus once, whatever its name and whatever the other
    arguments of the second call. A crash costs the shard under way: a rerun reads the file again,
    leaves tables that say the same as they are, and ends as an undisturbed run would have.

    A text that is stored already, or whose similarity to a stored one is estimated at
    `near_duplicates` or more, is a row that is not kept. None looks for exact repeats only. So is
    what was removed, and what nearly repeats it or is under a rule of a removal: without its text.
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
        near_duplicates=near_duplicates,
        on_progress=on_progress,
    )
    return ingestion.run()


@dataclass(kw_only=True)
class _Ingestion:
    """One call of `ingest`: its files one after another, each text kept where it comes first."""

    sources: list[Source]
    corpus: str
    tables: Tables
    shard_documents: int
    options: ReadOptions
    near_duplicates: float | None
    on_progress: Callable[[IngestProgress], None]
    bytes_done: int = 0
    bytes_total: int = 0
    documents: int = 0
    quarantined: int = 0

    def run(self) -> Iterator[IngestedShard]:
        self.bytes_total = sum(source.size() for source in self.sources)
        removed = Removed(tombstones(self.tables.objects))
        with closing(KnownDocuments(near=self.near_duplicates, removed=removed)) as known:
            for source in self.sources:
                yield from self._source(source, known)
                self.bytes_done += source.size()
                self._report(source, 0)

    def _source(self, source: Source, known: KnownDocuments) -> Iterator[IngestedShard]:
        fingerprint = source.fingerprint()
        content = source.sha256()
        marker = read_marker(self.tables.objects, self.corpus, content)
        if marker is not None:
            yield from shards_of(marker, self.tables)
            return
        file = content[:10]
        now = datetime.now(UTC)
        known.load(self.tables, without=f"{self.corpus}/{file}/")
        quarantine = Quarantine(self.tables, self.corpus, file, now)
        writer = ShardWriter(
            self.tables,
            self.corpus,
            file,
            known=known,
            shard_documents=self.shard_documents,
            now=now,
        )
        with closing(writer):
            yield from self._cut(source, writer, quarantine)
        if source.fingerprint() != fingerprint:
            raise IngestError(f"{source.path} changed while it was read: ingest it again")
        self._drop_leftovers(file, writer, quarantine)
        write_marker(
            self.tables.objects,
            self.corpus,
            Marker.of(uri_of(source.path), content, writer.shards, quarantine.records),
        )

    def _cut(
        self, source: Source, writer: ShardWriter, quarantine: Quarantine
    ) -> Iterator[IngestedShard]:
        meter = Meter()
        reported = 0
        for item in source.read(meter, self.options):
            shard = None
            if isinstance(item, Rejected):
                quarantine.add(item)
                self.quarantined += 1
            else:
                shard = writer.add(item)
                self.documents += 1
            if shard is not None or meter.bytes_read - reported >= PROGRESS_BYTES:
                reported = meter.bytes_read
                self._report(source, reported)
            if shard is not None:
                yield shard
        quarantine.flush()
        if (shard := writer.flush()) is not None:
            self._report(source, meter.bytes_read)
            yield shard

    def _drop_leftovers(self, file: str, writer: ShardWriter, quarantine: Quarantine) -> None:
        """Remove what an unfinished attempt with smaller shards wrote beyond the last of these."""
        for table, keys in (
            (TABLE, {shard.key for shard in writer.shards}),
            ("quarantine", set(quarantine.parts)),
        ):
            mine = f"{table}/{self.corpus}/{file}"
            stored = {f"{table}/{key}.parquet" for key in keys}
            self.tables.objects.delete(set(self.tables.objects.list(mine)) - stored)

    def _report(self, source: Source, bytes_read: int) -> None:
        progress = IngestProgress(
            bytes_read=self.bytes_done + bytes_read,
            bytes_total=self.bytes_total,
            documents=self.documents,
            quarantined=self.quarantined,
            file=uri_of(source.path),
        )
        self.on_progress(progress)
