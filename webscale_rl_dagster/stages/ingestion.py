"""One ingestion: files of a corpus one after another, each text kept where it comes first."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from webscale_rl_dagster.corpora.bucket_files import StoredSource
from webscale_rl_dagster.corpora.fetched import marker_of, remember
from webscale_rl_dagster.corpora.known import KnownDocuments
from webscale_rl_dagster.corpora.marker import Marker, read_marker, shards_of, write_marker
from webscale_rl_dagster.corpora.quarantine import Quarantine
from webscale_rl_dagster.corpora.records import Meter, ReadOptions, Rejected
from webscale_rl_dagster.corpora.removed import Removed, tombstones
from webscale_rl_dagster.corpora.shards import TABLE, IngestedShard, ShardWriter
from webscale_rl_dagster.corpora.sources import Source
from webscale_rl_dagster.errors import SourceChanged
from webscale_rl_dagster.stages.progress import PROGRESS_BYTES, IngestProgress, unwatched
from webscale_rl_dagster.storage.tables import Tables


class Ingestion:
    """What is stored is looked up once for all its files.

    A file may fail and others follow: what was judged of it and not stored is forgotten.
    """

    def __init__(
        self,
        *,
        corpus: str,
        tables: Tables,
        shard_documents: int,
        options: ReadOptions,
        near_duplicates: float | None,
        on_progress: Callable[[IngestProgress], None] = unwatched,
    ) -> None:
        self._corpus, self._tables = corpus, tables
        self._shard_documents, self._options = shard_documents, options
        self._on_progress = on_progress
        removed = Removed(tombstones(tables.objects))
        self._known = KnownDocuments(near=near_duplicates, removed=removed)
        self._bytes_done = self._bytes_total = self._documents = self._quarantined = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self._known.close()

    def read(
        self,
        sources: Iterable[Source | StoredSource],
        bytes_total: int,
        on_file: Callable[[Marker], None] = unwatched,
    ) -> Iterator[IngestedShard]:
        """Yield each shard once its table is written, and tell of each file that came to its end.

        Raises:
            SourceChanged: a file was written to while it was read.
            SourceUnreadable: the operating system could not read it.
            IngestError: it is not what its format says.
        """
        self._bytes_total += bytes_total
        for source in sources:
            yield from self._once(source, on_file)
            self._bytes_done += source.size()
            self._report(source.uri, 0)

    def _once(
        self, source: Source | StoredSource, on_file: Callable[[Marker], None]
    ) -> Iterator[IngestedShard]:
        """An object is not even fetched, if this version of it is ingested."""
        objects, uri = self._tables.objects, source.uri
        marker = marker_of(objects, self._corpus, uri, source.version)
        if marker is not None:
            yield from shards_of(marker, self._tables)
            on_file(marker)
            return
        with source.opened() as opened:
            content = yield from self._source(opened, on_file)
        remember(objects, self._corpus, uri, source.version, content)

    def _source(
        self, source: Source, on_file: Callable[[Marker], None]
    ) -> Generator[IngestedShard, None, str]:
        """The hash of its content."""
        fingerprint = source.fingerprint()
        content = source.sha256()
        marker = read_marker(self._tables.objects, self._corpus, content)
        if marker is not None:
            yield from shards_of(marker, self._tables)
            on_file(marker)
            return content
        file = content[:10]
        now = datetime.now(UTC)
        self._known.load(self._tables, without=f"{self._corpus}/{file}/")
        quarantine = Quarantine(self._tables, self._corpus, file, now)
        writer = ShardWriter(
            self._tables,
            self._corpus,
            file,
            known=self._known,
            shard_documents=self._shard_documents,
            now=now,
        )
        with closing(writer), self._forgotten_if_it_fails(writer):
            yield from self._cut(source, writer, quarantine)
        if source.fingerprint() != fingerprint:
            raise SourceChanged(f"{source.uri} changed while it was read: ingest it again")
        self._drop_leftovers(file, writer, quarantine)
        marker = Marker.of(source.uri, content, writer.shards, quarantine.records)
        write_marker(self._tables.objects, self._corpus, marker)
        on_file(marker)
        return content

    def _cut(
        self, source: Source, writer: ShardWriter, quarantine: Quarantine
    ) -> Iterator[IngestedShard]:
        meter = Meter()
        reported = 0
        for item in source.read(meter, self._options):
            shard = None
            if isinstance(item, Rejected):
                quarantine.add(item)
                self._quarantined += 1
            else:
                shard = writer.add(item)
                self._documents += 1
            if shard is not None or meter.bytes_read - reported >= PROGRESS_BYTES:
                reported = meter.bytes_read
                self._report(source.uri, reported)
            if shard is not None:
                yield shard
        quarantine.flush()
        if (shard := writer.flush()) is not None:
            self._report(source.uri, meter.bytes_read)
            yield shard

    @contextmanager
    def _forgotten_if_it_fails(self, writer: ShardWriter) -> Iterator[None]:
        try:
            yield
        except Exception:
            if writer.documents:
                self._known.forget()
            raise

    def _drop_leftovers(self, file: str, writer: ShardWriter, quarantine: Quarantine) -> None:
        """Remove what an unfinished attempt with smaller shards wrote beyond the last of these."""
        for table, keys in (
            (TABLE, {shard.key for shard in writer.shards}),
            ("quarantine", set(quarantine.parts)),
        ):
            mine = f"{table}/{self._corpus}/{file}"
            stored = {f"{table}/{key}.parquet" for key in keys}
            self._tables.objects.delete(set(self._tables.objects.list(mine)) - stored)

    def _report(self, uri: str, bytes_read: int) -> None:
        progress = IngestProgress(
            bytes_read=self._bytes_done + bytes_read,
            bytes_total=self._bytes_total,
            documents=self._documents,
            quarantined=self._quarantined,
            file=uri,
        )
        self._on_progress(progress)
