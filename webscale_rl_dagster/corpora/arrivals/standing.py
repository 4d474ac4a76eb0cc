"""How the arrivals of a corpus stand: counts, failures, and whether it has gone quiet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be ingested, in the version that lies there now."""

    uri: str
    version: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Counts are of files in their newest version."""

    waiting: int
    ingested: int
    failed: int
    deleted: int
    last_arrival: datetime | None
    failures: tuple[Failure, ...]

    @property
    def files(self) -> int:
        return self.waiting + self.ingested + self.failed


def standing_of(rows: pl.DataFrame) -> Standing:
    """Of a ledger's rows."""
    newest = rows.filter("current")
    here = newest.filter(pl.col("deleted_at").is_null())
    failed = here.filter(pl.col("state") == "failed").sort("uri")
    last = rows["arrived_at"].max()
    return Standing(
        waiting=here.filter(pl.col("state") == "waiting").height,
        ingested=here.filter(pl.col("state") == "ingested").height,
        failed=failed.height,
        deleted=newest.height - here.height,
        last_arrival=last if isinstance(last, datetime) else None,
        failures=tuple(
            Failure(*row) for row in failed.select("uri", "version", "reason", "done_at").rows()
        ),
    )


@dataclass(frozen=True, slots=True)
class Freshness:
    """Whether files still arrive as often as they should."""

    fresh: bool
    why: str
    last_arrival: datetime | None


def freshness_of(rows: pl.DataFrame, expected_every_h: float) -> Freshness:
    """Quiet is a corpus whose last new or changed file came longer ago than that."""
    last = standing_of(rows).last_arrival
    if last is None:
        return Freshness(False, "no file has arrived yet", None)
    quiet = datetime.now(UTC) - last
    fresh = quiet <= timedelta(hours=expected_every_h)
    why = (
        f"the last file arrived {quiet / timedelta(hours=1):.1f} hours ago; one is expected every "
        f"{expected_every_h:g}"
    )
    return Freshness(fresh, why, last)
