"""Who made a shard's tables and how its gates judged them, kept beside the data.

Dagster has all of it too. Here it is where the data is, for whoever reads that without Dagster's
state: on another machine, or sooner than Dagster starts. A record speaks of the bytes whose sha256
it names; `lineage.state` compares.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import orjson

from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.inference.usage import Usage
from webscale_rl_dagster.lineage.ledger import StageCounts, count
from webscale_rl_dagster.schemas import STAGES
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables, WrittenTable

FOLDER = "lineage"
_PAID = ("requests", "prompt_tokens", "cached_tokens", "completion_tokens", "dollars")
_Record = TypeVar("_Record", "Made", "Judged")


@dataclass(frozen=True, slots=True)
class Made:
    """The newest making of a stage's table of a shard."""

    stage: str
    shard: str
    run_id: str | None
    """Of Dagster; None: reported without a run."""
    code_version: str | None
    """The stage's logic and the sha of each of its prompts, joined by `+`; None of ingestion."""
    time: str
    """ISO 8601, UTC."""
    sha256: str
    """Of the table's file."""
    rows: int
    counts: StageCounts
    usage: dict[str, float] | None = None
    """What all calls of the stage and shard came to by then: requests, prompt_tokens,
    cached_tokens, completion_tokens, dollars; None of a stage that asks nobody."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The newest verdict of a stage's suite on a shard."""

    asset: str
    shard: str
    passed: bool
    why: str
    """What the suite said, on one line."""
    failed: tuple[str, ...]
    """Names of the expectations that shut the gate."""
    files: dict[str, str]
    """sha256 of what was judged, by table; empty if it could not be read."""
    made: str | None
    """The `time` of the making that was judged; None if there was no record of it."""
    run_id: str | None
    time: str
    """ISO 8601, UTC."""


def record_made(
    tables: Tables,
    stage: str,
    shard: str,
    *,
    written: WrittenTable,
    run_id: str | None,
    code_version: str | None = None,
    usage: Usage | None = None,
) -> Made:
    """Replaces the record of an earlier making; counts the rows that were written."""
    made = Made(
        stage,
        shard,
        run_id,
        code_version,
        datetime.now(UTC).isoformat(),
        written.sha256,
        written.rows,
        count(tables.open(stage, shard).batches(["kept", "reason"])),
        None if usage is None else {name: getattr(usage, name) for name in _PAID},
    )
    tables.objects.put(_key("made", stage, shard), orjson.dumps(asdict(made)))
    return made


def record_judged(objects: Objects, judged: Judged) -> None:
    """Replaces the record of an earlier verdict."""
    objects.put(_key("judged", judged.asset, judged.shard), orjson.dumps(asdict(judged)))


def made_of(objects: Objects, shard: str) -> dict[str, Made]:
    """By stage, in the order of the funnel; a stage without a record is not there."""
    return _all(objects, "made", shard, _made)


def judged_of(objects: Objects, shard: str) -> dict[str, Judged]:
    """By asset, likewise."""
    return _all(objects, "judged", shard, _judged)


def _all(
    objects: Objects, kind: str, shard: str, read: Callable[[dict[str, Any]], _Record]
) -> dict[str, _Record]:
    keys = {stage: _key(kind, stage, shard) for stage in STAGES}
    found = {stage: objects.get_if_there(key) for stage, key in keys.items()}
    return {
        stage: _parsed(objects.uri(keys[stage]), body, read)
        for stage, body in found.items()
        if body is not None
    }


def _parsed(uri: str, body: bytes, read: Callable[[dict[str, Any]], _Record]) -> _Record:
    try:
        return read(orjson.loads(body))
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(
            f"{uri} is no record of a shard's making: {error}; delete it and run the shard again"
        ) from error


def _made(body: dict[str, Any]) -> Made:
    return Made(**body | {"counts": StageCounts(**body["counts"])})


def _judged(body: dict[str, Any]) -> Judged:
    return Judged(**body | {"failed": tuple(body["failed"])})


def _key(kind: str, stage: str, shard: str) -> str:
    return f"{FOLDER}/{kind}/{stage}/{shard}.json"
