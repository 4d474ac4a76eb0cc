"""The document behind a pair, down to the file that it was read from."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from webscale_rl_dagster.audit.lookup import rows_of
from webscale_rl_dagster.audit.pairs import Pair
from webscale_rl_dagster.audit.where import among
from webscale_rl_dagster.corpora.marker import Marker
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.identity import ShardKey
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Row, Tables

_TOLD = (
    "document_id",
    "corpus",
    "source_uri",
    "source_row",
    "url",
    "title",
    "licence",
    "language",
    "metadata",
    "ingested_at",
    "text",
)


def document_row(tables: Tables, shard: str, document_id: str) -> Row | None:
    """The kept row of `raw_documents`; a repeat in the same shard has no text."""
    wanted = among("document_id", [document_id])
    rows = rows_of(tables, "raw_documents", shard, wanted, [*_TOLD, "kept"])
    return next((row for row in rows if row["kept"]), None)


def told_document(
    objects: Objects, pair: Pair, document: Row | None, window: Row | None
) -> dict[str, Any]:
    """The document with the pair's place in it; spans are character offsets in the whole text.

    Without its row, what the pair itself carries, and no text.
    """
    told = {name: (document or pair.candidate).get(name) for name in _TOLD}
    if told["ingested_at"] is not None:
        told["ingested_at"] = told["ingested_at"].isoformat()
    return told | {
        "file": _ingested_file(objects, pair.shard),
        "window": window
        and {
            "number": window["window"],
            "start": window["window_start"],
            "end": window["window_end"],
        },
        "answer_span": _span(pair.candidate, "span"),
        "evidence": _span(pair.checked or {}, "evidence"),
    }


def _span(row: Row, name: str) -> list[int] | None:
    start, end = row.get(f"{name}_start"), row.get(f"{name}_end")
    return None if start is None or end is None else [start, end]


def _ingested_file(objects: Objects, shard: str) -> dict[str, Any] | None:
    """Path, sha256 and time of the file or folder that a shard was cut from.

    None while its ingestion is not finished.
    """
    key = ShardKey.parse(shard)
    name = f"ingested/{key.corpus}/{key.file}.json"
    if not objects.exists(name):
        return None
    try:
        marker = Marker.model_validate_json(objects.get(name))
    except ValidationError as error:
        raise StorageError(f"{objects.uri(name)} is no marker of an ingested file") from error
    return {
        "uri": marker.source_uri,
        "sha256": marker.sha256,
        "ingested_at": marker.finished_at.isoformat(),
    }
