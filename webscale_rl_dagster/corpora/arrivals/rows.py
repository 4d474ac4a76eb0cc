"""The ledger's rows, one for each version of a file, and what listings and outcomes do to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict

from webscale_rl_dagster.corpora.arrivals.listing import Listed

State = Literal["waiting", "ingested", "failed", "replaced"]
"""`replaced`: overwritten, or gone, before it was ingested."""
OutcomeState = Literal["ingested", "failed", "replaced", "unreadable"]
ATTEMPTS = 3
"""Runs that may come to nothing with a file before it counts as failed."""

_TIME = pl.Datetime("us", "UTC")
_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "uri": pl.String,
    "version": pl.String,
    "size": pl.Int64,
    "modified": _TIME,
    "state": pl.String,
    "current": pl.Boolean,  # the newest version of its file
    "arrived_at": _TIME,  # first seen; of what the first listing showed, when it was changed
    "deleted_at": _TIME,  # if the file was absent from a whole listing
    "done_at": _TIME,  # when the last run came to something, or to nothing
    "content": pl.String,  # sha256 of the bytes that were ingested
    "shards": pl.List(pl.String),
    "reason": pl.String,
    "attempts": pl.Int64,  # runs that came to nothing, and retries that were asked for
    "batch": pl.String,  # the one that the file is ingested in, while it waits
    "listing": pl.Int64,  # number of the last listing that showed it
}
SCHEMA = pl.Schema(_COLUMNS)
_LISTED = pl.Schema({name: SCHEMA[name] for name in ("uri", "version", "size", "modified")})
_KEY = ("uri", "version")


class Outcome(BaseModel):
    """What one run came to with one version of a file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    uri: str
    version: str
    state: OutcomeState
    """`replaced`: it was not there in this version. `unreadable`: the disk, not the file, is to
    blame. Both may change."""
    at: datetime
    content: str | None = None
    shards: tuple[str, ...] = ()
    reason: str | None = None


def with_listed(rows: pl.DataFrame, files: Iterable[Listed], *, listing: int) -> pl.DataFrame:
    """New versions wait, and those they follow are no longer current; one that is back waits."""
    found = pl.DataFrame(list(files), schema=_LISTED, orient="row").unique("uri", keep="last")
    now = pl.lit(datetime.now(UTC), dtype=_TIME)
    told = rows.join(
        found.select("uri", now_version="version"), on="uri", how="left", maintain_order="left"
    )
    shown = pl.col("now_version").eq(pl.col("version")).fill_null(False)
    other = pl.col("now_version").ne(pl.col("version")).fill_null(False)
    state = (
        pl.when(other & (pl.col("state") == "waiting"))
        .then(pl.lit("replaced"))
        .when(shown & (pl.col("state") == "replaced"))
        .then(pl.lit("waiting"))
        .otherwise("state")
    )
    known = told.with_columns(
        batch=pl.when(state == pl.col("state")).then("batch").otherwise(None),
        state=state,
        current=pl.when(shown).then(True).when(other).then(False).otherwise("current"),
        deleted_at=pl.when(shown).then(None).otherwise("deleted_at"),
        listing=pl.when(shown).then(listing).otherwise("listing").cast(pl.Int64),
    ).select(SCHEMA.names())
    new = found.join(rows, on=_KEY, how="anti").sort("uri")
    return pl.concat([known, _waiting(new, now, listing)])


def without_absent(rows: pl.DataFrame, *, listing: int) -> pl.DataFrame:
    """Note as deleted what a whole listing did not show; a file that comes back is so no more."""
    absent = pl.col("current") & pl.col("deleted_at").is_null() & (pl.col("listing") < listing)
    now = pl.lit(datetime.now(UTC), dtype=_TIME)
    return rows.with_columns(deleted_at=pl.when(absent).then(now).otherwise("deleted_at"))


def with_outcomes(rows: pl.DataFrame, outcomes: Iterable[Outcome]) -> pl.DataFrame:
    """Of several runs of one version, one that ingested it prevails; repeating it changes nothing.

    What may change costs the file an attempt; the last one only if another file was ingested since
    it was tried: an outage, which fails all of them, gives none up.
    """
    ranked = sorted(outcomes, key=lambda outcome: (outcome.state == "ingested", outcome.at))
    if not ranked:
        return rows
    told = {"state": "state", "at": "done_at", "content": "content", "shards": "shards"}
    told["reason"] = "reason"
    schema = {name: SCHEMA[column] for name, column in told.items()}
    frame = pl.DataFrame(
        [outcome.model_dump() for outcome in ranked],
        schema={"uri": pl.String, "version": pl.String, **schema},
    ).unique(_KEY, keep="last")
    frame = frame.rename({name: f"new_{column}" for name, column in told.items()})
    joined = rows.join(frame, on=_KEY, how="left", maintain_order="left")
    new = pl.col("new_state")
    newer = (pl.col("new_done_at") > pl.col("done_at")).fill_null(True)
    tried = new.is_in(["replaced", "unreadable"])
    open_ = (
        pl.when(tried).then(pl.col("state") == "waiting").otherwise(pl.col("state") != "ingested")
    )
    applies = (new.is_not_null() & ((new == "ingested") | (newer & open_))).fill_null(False)
    done = pl.when(new == "ingested").then("new_done_at")
    ingested_at = done.when(pl.col("state") == "ingested").then("done_at").max()
    is_last = pl.col("attempts") % ATTEMPTS == ATTEMPTS - 1
    costs = ~is_last | (ingested_at > pl.col("done_at")).fill_null(False)
    attempts = pl.col("attempts") + (applies & tried & costs).fill_null(False).cast(pl.Int64)
    state = (
        pl.when(tried & costs & is_last)
        .then(pl.lit("failed"))
        .when(new == "unreadable")
        .then(pl.lit("waiting"))
        .otherwise(new)
    )
    values = {column: pl.col(f"new_{column}") for column in told.values()}
    values |= {"state": state, "batch": pl.lit(None, dtype=pl.String)}
    return joined.with_columns(
        *(
            pl.when(applies).then(value).otherwise(column).alias(column)
            for column, value in values.items()
        ),
        attempts=attempts,
    ).select(SCHEMA.names())


def _waiting(files: pl.DataFrame, now: pl.Expr, listing: int) -> pl.DataFrame:
    empty = pl.DataFrame(schema=SCHEMA)
    waiting = files.with_columns(
        state=pl.lit("waiting"),
        current=pl.lit(True),
        arrived_at=pl.min_horizontal("modified", now) if listing == 1 else now,
        attempts=pl.lit(0, dtype=pl.Int64),
        listing=pl.lit(listing, dtype=pl.Int64),
    )
    return pl.concat([empty, waiting], how="diagonal").select(SCHEMA.names())
