"""Which files are ingested together next, and what becomes of those that a run did not reach.

A corpus has one open batch at a time, so that each file is judged after all that came before it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import polars as pl

from webscale_rl_dagster.corpora.arrivals.rows import ATTEMPTS

MOST_BYTES = 1 << 30
"""Of the files of a batch, but for one that is larger alone."""
_RESTS = timedelta(minutes=10)
"""Before the second attempt; ten times as long before the third."""
_HERE = pl.col("current") & pl.col("deleted_at").is_null()
_TRIED = pl.col("attempts") % ATTEMPTS


class Arrival(NamedTuple):
    """A version of a file."""

    uri: str
    version: str


class Batch(NamedTuple):
    """Files that one run ingests, in its order."""

    name: str
    files: list[Arrival]


def open_batch(rows: pl.DataFrame) -> Batch | None:
    """What of it is still without an outcome; None: the next one may be chosen."""
    mine = rows.filter((pl.col("state") == "waiting") & pl.col("batch").is_not_null())
    if mine.is_empty():
        return None
    ordered = mine.sort("batch", "arrived_at", "uri")
    name = ordered["batch"][0]
    files = ordered.filter(batch=name).select("uri", "version").rows()
    return Batch(name, [Arrival(*file) for file in files])


def next_files(
    rows: pl.DataFrame,
    *,
    settles_s: float,
    most_files: int,
    most_bytes: int = MOST_BYTES,
) -> list[Arrival]:
    """Those that came first and are no longer written to.

    One that a run came to nothing with rests. If its outcome was told, it is then a file like
    others, since a disk that is away fails them all. If not, it is tried alone: it may be what ends
    the runs.
    """
    now = datetime.now(UTC)
    settled = pl.lit(now - timedelta(seconds=settles_s))
    seconds = _RESTS.total_seconds() * pl.lit(10.0).pow(_TRIED - 1)
    rested = pl.col("done_at") + pl.duration(seconds=seconds.cast(pl.Int64)) <= pl.lit(now)
    waiting = rows.filter(
        _HERE
        & (pl.col("state") == "waiting")
        & ((pl.col("modified") <= settled) | (pl.col("arrived_at") <= settled))
    )
    ready = waiting.filter((_TRIED == 0) | rested.fill_null(True))
    lost = ready.filter((_TRIED > 0) & pl.col("reason").is_null()).sort("done_at", "uri")
    if not lost.is_empty():
        return [Arrival(*lost.select("uri", "version").row(0))]
    fits = (pl.col("size").cum_sum() <= most_bytes) | (pl.int_range(pl.len()) == 0)
    chosen = ready.sort("arrived_at", "uri").filter(fits).head(most_files)
    return [Arrival(*file) for file in chosen.select("uri", "version").rows()]


def with_batch(rows: pl.DataFrame, batch: Batch) -> pl.DataFrame:
    """Put on record before the run is requested, so that the same is requested again.

    Not beside a batch that is open, as of another tick at the same moment.
    """
    if open_batch(rows) is not None:
        return rows
    named = _marked(rows, batch.files) & (pl.col("state") == "waiting")
    return rows.with_columns(
        batch=pl.when(named).then(pl.lit(batch.name)).otherwise("batch"),
    )


def after_lost_run(rows: pl.DataFrame, batch: Batch, reading: Arrival | None) -> pl.DataFrame:
    """The file that was under way loses an attempt, if it has no outcome and is as it was.

    The others are chosen anew. After `ATTEMPTS` runs the file has failed.
    """
    mine = (pl.col("batch") == batch.name) & (pl.col("state") == "waiting")
    mine = mine.fill_null(False)
    blamed = mine & _marked(rows, [] if reading is None else [reading])
    attempts = pl.col("attempts") + blamed.cast(pl.Int64)
    given_up = blamed & (attempts % ATTEMPTS == 0)
    why = f"{ATTEMPTS} runs of ingest_corpus ended while they read it: their logs say why"
    now = pl.lit(datetime.now(UTC), dtype=rows.schema["done_at"])
    return rows.with_columns(
        attempts=attempts,
        batch=pl.when(mine).then(None).otherwise("batch"),
        state=pl.when(given_up).then(pl.lit("failed")).otherwise("state"),
        reason=pl.when(given_up).then(pl.lit(why)).when(blamed).then(None).otherwise("reason"),
        done_at=pl.when(blamed).then(now).otherwise("done_at"),
    )


def with_retries(rows: pl.DataFrame) -> pl.DataFrame:
    """What failed waits again, with all its attempts."""
    again = _HERE & (pl.col("state") == "failed")
    fresh = (pl.col("attempts") // ATTEMPTS + 1) * ATTEMPTS
    return rows.with_columns(
        state=pl.when(again).then(pl.lit("waiting")).otherwise("state"),
        reason=pl.when(again).then(None).otherwise("reason"),
        attempts=pl.when(again).then(fresh).otherwise("attempts"),
    )


def _marked(rows: pl.DataFrame, files: list[Arrival]) -> pl.Series:
    wanted = pl.DataFrame(
        files, schema={"uri": pl.String, "version": pl.String}, orient="row"
    ).with_columns(marked=pl.lit(True))
    joined = rows.join(wanted, on=["uri", "version"], how="left", maintain_order="left")
    return joined["marked"].fill_null(False)
