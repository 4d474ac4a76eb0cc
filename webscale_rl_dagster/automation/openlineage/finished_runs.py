"""What runs that have ended did, read from Dagster's log after a cursor; see `sensor`."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import dagster as dg
import orjson
from pydantic import TypeAdapter, ValidationError

from webscale_rl_dagster.automation.event_log import run_ends
from webscale_rl_dagster.lineage.openlineage import Broken, Judged, Made, Step
from webscale_rl_dagster.lineage.openlineage_datasets import Written
from webscale_rl_dagster.schemas import STAGES

_ENDS = (
    dg.DagsterEventType.RUN_SUCCESS,
    dg.DagsterEventType.RUN_FAILURE,
    dg.DagsterEventType.RUN_CANCELED,
)
_TOLD = {
    dg.DagsterEventType.ASSET_MATERIALIZATION,
    dg.DagsterEventType.ASSET_CHECK_EVALUATION,
    dg.DagsterEventType.STEP_FAILURE,
}
_TABLES = (*STAGES, "dataset_release")
_STEPS = {"ingest_files": "raw_documents"} | {name: name for name in _TABLES}
"""The table that a step makes; a check's step makes none."""
_PAGE = 100
_Value = TypeVar("_Value", str, int)


@dataclass(slots=True)
class Place:
    """How far the runs that ended in one way are told."""

    after: str | None = None
    """Cursor of the last run that is told."""
    page: str | None = None
    """Cursor in the log of the run that follows."""
    told: int = 0
    """Records after it."""


_CURSOR = TypeAdapter(dict[str, Place])


def finished_steps(
    instance: dg.DagsterInstance, cursor: str | None
) -> Iterator[tuple[Step | None, str]]:
    """Steps of runs as these ended, each with the cursor from which the next one follows.

    None stands for a record that tells nothing. Memory holds a page of a run's log. What is no
    cursor of ours starts anew.
    """
    places = {end.value: Place() for end in _ENDS} | _parse(cursor)
    ended = (_ended(instance, end, places[end.value]) for end in _ENDS)
    for _, run_id, cursor_after, place in heapq.merge(*ended):
        run = instance.get_run_by_id(run_id)
        for step in _steps(instance, run, place) if run else ():
            yield step, _text(places)
        place.after, place.page, place.told = cursor_after, None, 0
        yield None, _text(places)


def _ended(
    instance: dg.DagsterInstance, end: dg.DagsterEventType, place: Place
) -> Iterator[tuple[int, str, str, Place]]:
    """The runs that follow the place: rank among all ends, id, cursor, and the place."""
    for ended in run_ends(instance, end, place.after):
        yield ended.storage_id, ended.entry.run_id, ended.cursor, place


def _steps(instance: dg.DagsterInstance, run: dg.DagsterRun, place: Place) -> Iterator[Step | None]:
    """Every record advances the place by one, whether it tells of a step or not."""
    stats = instance.get_run_step_stats(run.run_id)
    began = {one.step_key: one.start_time for one in stats if one.start_time is not None}
    while True:
        found = instance.get_records_for_run(
            run.run_id, cursor=place.page, of_type=_TOLD, limit=_PAGE
        )
        for record in found.records[place.told :]:
            place.told += 1
            yield _step(run, record.event_log_entry, began)
        if not found.has_more:
            return
        place.page, place.told = found.cursor, 0


def _step(run: dg.DagsterRun, entry: dg.EventLogEntry, began: Mapping[str, float]) -> Step | None:
    event = entry.get_dagster_event()
    stage: str | None
    result: Made | Judged | Broken
    if made := entry.asset_materialization:
        stage, shard, result = made.asset_key.to_user_string(), made.partition, _made(made)
    elif judged := entry.asset_check_evaluation:
        if judged.partition is None:  # of a corpus, not of a table
            return None
        stage, shard, result = judged.asset_key.to_user_string(), judged.partition, _judged(judged)
    else:
        stage, shard = _STEPS.get(event.step_key or ""), run.tags.get("dagster/partition")
        result = Broken(_kind(event))
    if stage not in _TABLES:
        return None
    ended = datetime.fromtimestamp(entry.timestamp, UTC)
    start = min(began.get(event.step_key or "", entry.timestamp), entry.timestamp)
    return Step(
        stage, shard, run.run_id, run.job_name, dg.__version__,
        datetime.fromtimestamp(start, UTC), ended, result,
    )  # fmt: skip


def _made(made: dg.AssetMaterialization) -> Made:
    table = Written(
        uri=_value(made.metadata, "dagster/uri", str) or "",
        rows=_value(made.metadata, "dagster/partition_row_count", int),
        version=_value(made.metadata, "sha256", str)
        or _value(made.metadata, "content_sha256", str),
    )
    return Made(table, (made.tags or {}).get("dagster/code_version"))


def _judged(judged: dg.AssetCheckEvaluation) -> Judged:
    entry = judged.metadata.get("shut_by")
    names = entry.value if entry is not None and isinstance(entry.value, list) else []
    return Judged(judged.passed, tuple(map(str, names)))


def _kind(event: dg.DagsterEvent) -> str:
    """Of the error that started it."""
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return (error.cls_name if error is not None else None) or "failure"


def _value(metadata: Mapping[str, Any], name: str, kind: type[_Value]) -> _Value | None:
    value = getattr(metadata.get(name), "value", None)
    return value if isinstance(value, kind) else None


def _parse(cursor: str | None) -> dict[str, Place]:
    try:
        return _CURSOR.validate_json(cursor or "{}")
    except ValidationError:
        return {}


def _text(places: Mapping[str, Place]) -> str:
    return orjson.dumps({end: asdict(place) for end, place in places.items()}).decode()
