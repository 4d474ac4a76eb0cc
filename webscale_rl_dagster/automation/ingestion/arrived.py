"""Files that a corpus's sensor found, ingested one after another; the ledger is told of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from webscale_rl_dagster.corpora.arrivals.batches import Arrival
from webscale_rl_dagster.corpora.arrivals.folder import version_of
from webscale_rl_dagster.corpora.arrivals.outcomes import record_outcome
from webscale_rl_dagster.corpora.arrivals.reading import note_reading
from webscale_rl_dagster.corpora.arrivals.rows import Outcome, OutcomeState
from webscale_rl_dagster.corpora.bucket_files import StoredSource
from webscale_rl_dagster.corpora.buckets import OpenBucket, find_object
from webscale_rl_dagster.corpora.marker import Marker, drop_marker
from webscale_rl_dagster.corpora.records import is_stored
from webscale_rl_dagster.corpora.shards import IngestedShard
from webscale_rl_dagster.corpora.sources import Source, find_sources
from webscale_rl_dagster.errors import IngestError, SourceChanged, SourceUnreadable
from webscale_rl_dagster.stages.ingestion import Ingestion
from webscale_rl_dagster.storage.objects import Objects


@dataclass(kw_only=True)
class ArrivedFiles:
    """One run's. What ends the run, as storage that is away, is no file's outcome."""

    corpus: str
    format: str
    run_id: str
    objects: Objects
    open_bucket: OpenBucket
    failures: list[str] = field(default_factory=list)
    """Of files that were not ingested, though they are there; filled as it goes on."""
    _told: int = 0

    def ingested(self, files: Iterable[Arrival], ingestion: Ingestion) -> Iterator[IngestedShard]:
        """The shards of each file, then its outcome."""
        for file in files:
            note_reading(self.objects, self.corpus, self.run_id, file)
            yield from self._one(file, ingestion)

    def _one(self, file: Arrival, ingestion: Ingestion) -> Iterator[IngestedShard]:
        markers: list[Marker] = []
        try:
            source = self._found(file)
            yield from ingestion.read([source], source.size(), markers.append)
            self._require_documents(markers)
        except IngestError as error:
            why = self._why(file, error)
            if not isinstance(why, SourceChanged):
                self.failures.append(f"{file.uri}: {why}")
            self._tell(file, _state(why), str(why))
        else:
            self._tell(file, "ingested", None, markers)

    def _tell(
        self,
        file: Arrival,
        state: OutcomeState,
        reason: str | None,
        markers: Iterable[Marker] = (),
    ) -> None:
        read = list(markers)
        outcome = Outcome(
            uri=file.uri,
            version=file.version,
            state=state,
            at=datetime.now(UTC),
            content=read[0].sha256 if read else None,
            shards=tuple(shard.key for marker in read for shard in marker.shards),
            reason=reason,
        )
        record_outcome(self.objects, self.corpus, f"{self.run_id}/{self._told:05d}", outcome)
        self._told += 1

    def _require_documents(self, markers: Iterable[Marker]) -> None:
        for marker in markers:
            if marker.quarantined and not marker.documents:
                drop_marker(self.objects, self.corpus, marker)
                raise IngestError(
                    f"no record could be read; the quarantine holds {marker.quarantined:,} of "
                    "them, and `webscale-rl status` says why"
                )

    def _found(self, file: Arrival) -> Source | StoredSource:
        """In that version: of an object, no other is read then."""
        stored = is_stored(file.uri)
        source = find_object(file.uri, self.format, self.open_bucket) if stored else None
        version = _etag(source) if stored else _local_version(file.uri)
        if version is None:
            raise SourceChanged("deleted since it was found")
        if version != file.version:
            raise SourceChanged("overwritten since it was found")
        return source or find_sources(Path(file.uri), self.format)[0]

    def _why(self, file: Arrival, error: IngestError) -> IngestError:
        """That another file lies there by now goes before whatever is wrong with it."""
        if not isinstance(error, SourceChanged):
            try:
                self._found(file)
            except SourceChanged as changed:
                return changed
            except IngestError:
                pass
        return error


def _etag(source: StoredSource | None) -> str | None:
    return None if source is None else (source.version or "").strip('"')


def _local_version(uri: str) -> str | None:
    try:
        listed = version_of(Path(uri))
    except OSError as error:
        raise SourceUnreadable(f"{uri} cannot be read: {error.strerror or error}") from error
    return None if listed is None else listed.version


def _state(why: IngestError) -> OutcomeState:
    if isinstance(why, SourceChanged):
        return "replaced"
    return "unreadable" if isinstance(why, SourceUnreadable) else "failed"
