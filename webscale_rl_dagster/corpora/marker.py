"""The note that a file is ingested for good: it makes a second ingestion cost only the hash."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, ValidationError

from webscale_rl_dagster.corpora.shards import TABLE, IngestedShard
from webscale_rl_dagster.errors import IngestError, StorageError
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables, WrittenTable


class MarkedShard(BaseModel):
    """A shard of the file and what was counted in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    rows: int
    kept: int
    duplicates: int
    sha256: str


class Marker(BaseModel):
    """`ingested/<corpus>/<file>.json`; `documents` counts rows, duplicates among them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source_uri: str
    sha256: str
    shards: tuple[MarkedShard, ...]
    documents: int
    duplicates: int
    quarantined: int
    finished_at: datetime

    @classmethod
    def of(
        cls, source_uri: str, sha256: str, shards: Sequence[IngestedShard], quarantined: int
    ) -> Marker:
        return cls(
            source_uri=source_uri,
            sha256=sha256,
            shards=tuple(
                MarkedShard(
                    key=shard.key,
                    rows=shard.rows,
                    kept=shard.kept,
                    duplicates=shard.duplicates,
                    sha256=shard.table.sha256,
                )
                for shard in shards
            ),
            documents=sum(shard.rows for shard in shards),
            duplicates=sum(shard.duplicates for shard in shards),
            quarantined=quarantined,
            finished_at=datetime.now(UTC),
        )


def read_marker(objects: Objects, corpus: str, sha256: str) -> Marker | None:
    """None if the file was never ingested to its end.

    Shard keys carry ten hex digits of the hash. Should two files of a corpus ever agree in them,
    the second is refused here, where it would else be taken for the first.
    """
    key = _key(corpus, sha256)
    found = objects.get_if_there(key)
    if found is None:
        return None
    try:
        marker = Marker.model_validate_json(found)
    except ValidationError as error:
        raise StorageError(f"{objects.uri(key)} is no marker of an ingested file") from error
    if marker.sha256 != sha256:
        raise IngestError(
            f"the hash of this file starts like that of {marker.source_uri}, which corpus "
            f"{corpus!r} holds already: ingest it into another corpus"
        )
    return marker


def write_marker(objects: Objects, corpus: str, marker: Marker) -> None:
    """Only once every shard of the file is written, and taken over by the caller."""
    text = json.dumps(marker.model_dump(mode="json"), indent=1, ensure_ascii=False)
    objects.put(_key(corpus, marker.sha256), text.encode())


def drop_marker(objects: Objects, corpus: str, marker: Marker) -> None:
    """Have the file read again when it is ingested next."""
    objects.delete([_key(corpus, marker.sha256)])


def shards_of(marker: Marker, tables: Tables) -> Iterator[IngestedShard]:
    """What was ingested then; the tables are not read."""
    for shard in marker.shards:
        table = WrittenTable(tables.uri(TABLE, shard.key), shard.rows, shard.sha256)
        yield IngestedShard(shard.key, shard.rows, shard.kept, shard.duplicates, table, new=False)


def _key(corpus: str, sha256: str) -> str:
    return f"ingested/{corpus}/{sha256[:10]}.json"
