"""Dagster's log after a cursor: runs as they ended, and checks as they came to a verdict.

Verdicts of all runs are read from the log's storage, which Dagster does not call public.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

import dagster as dg

_PAGE = 100


class Ended(NamedTuple):
    """A run that ended."""

    storage_id: int
    """Its rank among all that happened."""
    entry: dg.EventLogEntry
    cursor: str
    """From which the next one follows."""


class Judged(NamedTuple):
    """A check came to a verdict, in a run or without one."""

    storage_id: int
    """Its rank among all that happened, and the cursor from which the next one follows."""
    entry: dg.EventLogEntry


def run_ends(
    instance: dg.DagsterInstance, end: dg.DagsterEventType, cursor: str | None
) -> Iterator[Ended]:
    """Runs that ended in this way, oldest first; None stands for the first of all."""
    while True:
        found = instance.fetch_run_status_changes(end, limit=1, cursor=cursor, ascending=True)
        if not found.records:
            return
        [record] = found.records
        cursor = found.cursor
        yield Ended(record.storage_id, record.event_log_entry, cursor)


def verdicts(instance: dg.DagsterInstance, after: int, page: int = _PAGE) -> Iterator[Judged]:
    """Passed or not, in the order in which they were given."""
    while True:
        found = instance.event_log_storage.get_logs_for_all_runs_by_log_id(
            after, dg.DagsterEventType.ASSET_CHECK_EVALUATION, limit=page
        )
        for storage_id, entry in found.items():
            yield Judged(storage_id, entry)
            after = storage_id
        if len(found) < page:
            return


def failure_before(instance: dg.DagsterInstance, moment: float) -> str:
    """The cursor of `run_ends` from which failed runs follow that ended after this Unix time."""
    earlier = dg.RunStatusChangeRecordsFilter(
        dg.DagsterEventType.RUN_FAILURE, before_timestamp=moment
    )
    return instance.fetch_run_status_changes(earlier, limit=1).cursor


def verdict_before(instance: dg.DagsterInstance, moment: float) -> int:
    """The cursor of `verdicts` likewise, by halves: their storage cannot be asked by time."""

    def told(after: int) -> float:
        return next((one.entry.timestamp for one in verdicts(instance, after, page=1)), math.inf)

    newest = instance.event_log_storage.get_maximum_record_id() or 0
    return bisect_left(range(newest), moment, key=told)
