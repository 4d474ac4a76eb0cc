"""What Dagster's log has after a receiver's place, as the notices that are to be told of it."""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterator
from dataclasses import replace

import dagster as dg

from webscale_rl_dagster.automation.event_log import (
    Ended,
    Judged,
    failure_before,
    run_ends,
    verdict_before,
    verdicts,
)
from webscale_rl_dagster.automation.notifications.noticed import (
    changed,
    failure_notice,
    verdict_notice,
)
from webscale_rl_dagster.automation.notifications.places import Place
from webscale_rl_dagster.config import NoticeKind
from webscale_rl_dagster.notices.links import Links
from webscale_rl_dagster.notices.message import Notice

_FAILURE = dg.DagsterEventType.RUN_FAILURE
_SETTLED_S = 5
"""Younger events wait for the next tick: a database gives out ids before it commits, so that one
with a lower id may still appear."""
_FIRST_S = 3_600
"""How far back a new receiver is told: whatever happened while sensors were being started."""


def news(
    instance: dg.DagsterInstance, place: Place, wanted: frozenset[NoticeKind], links: Links
) -> Iterator[tuple[Notice | None, Place]]:
    """Every event with the place behind it, and the notice if people are to be told."""
    failed = run_ends(instance, _FAILURE, place.failed)
    both: Iterator[Ended | Judged] = heapq.merge(
        failed, verdicts(instance, place.judged), key=lambda event: event.storage_id
    )
    for event in both:
        if abs(time.time() - event.entry.timestamp) < _SETTLED_S:
            return
        notice: Notice | None = None
        if isinstance(event, Ended):
            place = replace(place, failed=event.cursor)
            if "failed_run" in wanted:
                notice = failure_notice(instance, event.entry, links)
        elif judged := event.entry.asset_check_evaluation:
            kind, shut = changed(place.shut, judged)
            place = replace(place, judged=event.storage_id, shut=shut)
            if kind in wanted:
                notice = verdict_notice(kind, judged, event.entry, links)
        yield notice, place


def lately(instance: dg.DagsterInstance) -> Place:
    """The place of a receiver that is new: it is told of the last hour."""
    since = time.time() - _FIRST_S
    return Place(failure_before(instance, since), verdict_before(instance, since))
