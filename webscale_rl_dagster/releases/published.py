"""The published pairs that a release is made of, read several times over and each time the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from webscale_rl_dagster.errors import ReleaseError
from webscale_rl_dagster.releases.progress import ReleaseProgress
from webscale_rl_dagster.storage.tables import StoredTable, Tables


class Published:
    """`verified_qa` of some shards, in a given order."""

    def __init__(
        self,
        tables: Tables,
        shards: Sequence[str],
        *,
        judged: Mapping[str, str] | None = None,
        progress: ReleaseProgress | None = None,
    ) -> None:
        self.shards = tuple(shards)
        self.sha256s: dict[str, str] = dict(judged or {})
        """Of each shard's table: as it was judged, else once it was read."""
        self._tables = tables
        self._progress = progress or ReleaseProgress()

    def rows(self) -> int:
        """How many there are, from the footers."""
        return sum(self._tables.height("verified_qa", shard) for shard in self.shards)

    def batches(self, columns: Sequence[str], *, step: str) -> Iterator[tuple[str, pl.DataFrame]]:
        """Kept rows with their shard; `step` is what they are read for, as progress tells it.

        Raises:
            ReleaseError: a table is not what it was when it was read before.
        """
        for number, shard in enumerate(self.shards):
            self._progress(step, number, len(self.shards))
            stored = self._tables.open("verified_qa", shard)
            self._must_be_the_same(shard, stored)
            for batch in stored.kept_batches(columns):
                yield shard, batch
        self._progress(step, len(self.shards), len(self.shards))

    def _must_be_the_same(self, shard: str, stored: StoredTable) -> None:
        found = stored.sha256()
        if self.sha256s.setdefault(shard, found) != found:
            raise ReleaseError(f"{stored.uri} was replaced while the release was made: run it anew")


def owned(batch: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """These columns in memory of their own, to be kept: a part of a batch holds on to all of it."""
    columns = {name: batch[name].to_list() for name in schema}
    return pl.DataFrame(columns, schema=dict(schema))
