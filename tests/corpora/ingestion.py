"""Ingests files that a test wrote, and reads back what became of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from webscale_rl_dagster.stages.ingest import IngestedShard, ingest
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables


def new_tables(folder: Path) -> Tables:
    return Tables(Objects(str(folder)))


def ingested(path: Path, tables: Tables, **changed: Any) -> list[IngestedShard]:
    arguments: dict[str, Any] = {
        "corpus": "wiki",
        "shard_documents": 1000,
        "max_document_bytes": 1_000_000,
    }
    return list(ingest(path, tables=tables, **{**arguments, **changed}))


def documents(tables: Tables) -> pl.DataFrame:
    """All rows of raw_documents, in the order of their shards."""
    return _all(tables, "raw_documents")


def quarantine(tables: Tables) -> pl.DataFrame:
    return _all(tables, "quarantine")


def rejections(tables: Tables) -> list[tuple[int, str]]:
    frame = quarantine(tables)
    return [] if frame.is_empty() else list(frame.select("position", "reason").iter_rows())


def texts(tables: Tables) -> list[str | None]:
    frame = documents(tables)
    return [] if frame.is_empty() else frame["text"].to_list()


def jsonl(*records: Any) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def write(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def _all(tables: Tables, table: str) -> pl.DataFrame:
    frames = [tables.read(table, key) for key in tables.shards(table)]
    return pl.concat(frames) if frames else pl.DataFrame()
