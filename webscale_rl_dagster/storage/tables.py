"""One Parquet file per table and shard, its columns checked against the contract at each write."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import polars as pl

from webscale_rl_dagster.schemas import TABLES, conform
from webscale_rl_dagster.storage.objects import Objects


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """What a write left behind, for the asset's metadata."""

    uri: str
    rows: int
    sha256: str


class Tables:
    """`<table>/<shard>.parquet` under the storage root."""

    def __init__(self, objects: Objects) -> None:
        self.objects = objects

    def write(self, table: str, shard: str, frame: pl.DataFrame) -> WrittenTable:
        buffer = io.BytesIO()
        conform(table, frame).write_parquet(buffer, compression="zstd", statistics=True)
        data = buffer.getvalue()
        self.objects.put(_key(table, shard), data)
        return WrittenTable(self.uri(table, shard), frame.height, sha256(data).hexdigest())

    def read(self, table: str, shard: str, *, columns: Sequence[str] | None = None) -> pl.DataFrame:
        data = self.objects.get(_key(table, shard))
        return pl.read_parquet(io.BytesIO(data), columns=list(columns) if columns else None)

    def written(self, table: str, shard: str) -> WrittenTable:
        """What lies on storage now, as if it had just been written."""
        data = self.objects.get(_key(table, shard))
        rows = pl.scan_parquet(io.BytesIO(data)).select(pl.len()).collect().item()
        return WrittenTable(self.uri(table, shard), rows, sha256(data).hexdigest())

    def kept(self, table: str, shard: str) -> pl.DataFrame:
        """The rows that go on to the next stage."""
        return self.read(table, shard).filter("kept").drop("kept", "reason", "error")

    def has(self, table: str, shard: str) -> bool:
        return self.objects.exists(_key(table, shard))

    def shards(self, table: str) -> list[str]:
        names = self.objects.list(table)
        return [
            name.removeprefix(f"{table}/").removesuffix(".parquet")
            for name in names
            if name.endswith(".parquet")
        ]

    def uri(self, table: str, shard: str) -> str:
        return self.objects.uri(_key(table, shard))


def _key(table: str, shard: str) -> str:
    if table not in TABLES:
        raise KeyError(table)
    return f"{table}/{shard}.parquet"
