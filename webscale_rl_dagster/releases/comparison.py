"""What became of the pairs of the release before: added, removed and why, changed, moved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from webscale_rl_dagster.releases.published import owned
from webscale_rl_dagster.releases.reading import Release
from webscale_rl_dagster.schemas import TABLES
from webscale_rl_dagster.storage.tables import StoredTable

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"
SHARD_LEFT_OUT = "shard_left_out"
"""Its shard is no part of this release: its gate is shut, or it is gone."""
NOT_PUBLISHED = "not_published"
"""Its shard no longer publishes it; `checked_qa` says why, if it is a candidate still."""
DOCUMENT_REMOVED = "document_removed"
"""Its document was removed for good; `removed.parquet` says why."""

_PLACE = ("qa_id", "split", "shard")
_SAME = [name for name in TABLES["dataset_release"].names() if name not in _PLACE]
_DIGEST = {
    "qa_id": pl.String(),
    "split": pl.Categorical(),
    "shard": pl.Categorical(),
    "content": pl.UInt64(),
    "removed": pl.Boolean(),
}
_BATCH_ROWS = 10_000


def changes(
    previous: Release,
    data: Sequence[Path],
    dropped: Path,
    shards: Sequence[str],
    *,
    are_removed: Callable[[pl.DataFrame], pl.Series],
) -> pl.DataFrame:
    """Rows of `release_changes`: each pair that is not in both as it was.

    Memory holds the ids of both, about 100 bytes a pair.

    Args:
        previous: The release before.
        data: This release's files.
        dropped: Its table of what was left out.
        shards: Those it is made of.
        are_removed: Which rows of `dataset_release` are of removed documents.
    """
    stored = (
        batch for split in previous.splits for batch in previous.batches(split, rows=_BATCH_ROWS)
    )
    before = _digests(batch.with_columns(removed=are_removed(batch)) for batch in stored)
    now = _digests(
        batch.with_columns(removed=pl.lit(False)) for path in data for batch in _read(path)
    )
    left_out = pl.read_parquet(dropped, columns=["qa_id", "reason"])
    both = before.join(now, on="qa_id", suffix="_now")
    other = pl.col("content") != pl.col("content_now")
    elsewhere = pl.col("split") != pl.col("split_now")
    gone = before.join(now, on="qa_id", how="anti").join(left_out, on="qa_id", how="left")
    unknown = pl.when(pl.col("shard").cast(pl.String).is_in(list(shards))).then(
        pl.lit(NOT_PUBLISHED)
    )
    parts = [
        now.join(before, on="qa_id", how="anti").select("qa_id", change=pl.lit(ADDED)),
        gone.select(
            "qa_id",
            change=pl.lit(REMOVED),
            reason=pl.when("removed")
            .then(pl.lit(DOCUMENT_REMOVED))
            .otherwise(pl.col("reason").fill_null(unknown.otherwise(pl.lit(SHARD_LEFT_OUT)))),
        ),
        both.filter(other).select("qa_id", change=pl.lit(CHANGED)),
        both.filter(elsewhere & ~other).select("qa_id", change=pl.lit(MOVED)),
    ]
    frame = pl.concat(parts, how="diagonal").sort("change", "qa_id")
    return frame.select("qa_id", "change", "reason")


def counted(frame: pl.DataFrame) -> dict[str, Any]:
    """The changes as the manifest has them."""
    counts = dict(frame["change"].value_counts().iter_rows())
    removed = frame.filter(pl.col("change") == REMOVED)["reason"].value_counts(sort=True)
    return {
        **{name: counts.get(name, 0) for name in (ADDED, REMOVED, CHANGED, MOVED)},
        "removed_by_reason": dict(removed.iter_rows()),
    }


def _read(path: Path) -> Iterator[pl.DataFrame]:
    with path.open("rb") as file:
        yield from StoredTable("dataset_release", str(path), file).batches(rows=_BATCH_ROWS)


def _digests(batches: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Of each pair its id, split and shard, and a hash of all else, good for this process alone."""
    frames = [
        owned(batch.with_columns(content=batch.select(_SAME).hash_rows()), _DIGEST)
        for batch in batches
    ]
    return pl.concat([pl.DataFrame(schema=_DIGEST), *frames])
