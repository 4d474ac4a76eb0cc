"""What the catalog tells of a shard, of a release and of all shards together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import orjson

from webscale_rl_dagster.lineage.ledger import StageCounts

_Number = TypeVar("_Number", int, float)

Usage = dict[str, float]
"""requests, prompt_tokens, cached_tokens, completion_tokens, dollars."""


@dataclass(frozen=True, slots=True)
class ShardSummary:
    """A shard as it was when it was indexed."""

    shard: str
    stages: dict[str, StageCounts]
    """Of the stages that it has reached, in the order of the funnel."""
    gates: dict[str, dict[str, str]]
    """By asset `state` and `why`, as `lineage.state.Gate` has them."""
    open: bool
    """Whether all of them are, so that its verified pairs are published."""
    published: int
    usage: dict[str, Usage]
    """By stage, of those that ask a model and have a record of it."""
    made: dict[str, dict[str, str | None]]
    """By stage `run_id` and `time`, where there is a record of it."""


@dataclass(frozen=True, slots=True)
class ReleaseSummary:
    """A finished release, in the words of its manifest and its verdict."""

    name: str
    created: str
    """ISO 8601."""
    open: bool
    """Whether its gate lets it pass."""
    failed: tuple[str, ...]
    """Expectations that do not hold."""
    pairs: int
    splits: dict[str, int]
    dropped: dict[str, int]
    """Published pairs that it left out, by reason."""
    shards: int
    funnel: dict[str, StageCounts]
    """Of its shards when it was made; the last stage is `release`."""
    usage: dict[str, Usage]
    content_sha256: str
    code_version: str


@dataclass(slots=True)
class Totals:
    """All shards together."""

    shards: int = 0
    open: int = 0
    """Shards whose gates are all open."""
    published: int = 0
    stages: dict[str, StageCounts] = field(default_factory=dict)
    """Each with what it dropped by reason, the most frequent first."""
    gates: dict[str, dict[str, int]] = field(default_factory=dict)
    """By asset how many shards have its gate in which state."""
    usage: dict[str, Usage] = field(default_factory=dict)


def shard_summary(stored: bytes) -> ShardSummary:
    """From its JSON."""
    body = orjson.loads(stored)
    return ShardSummary(**body | {"stages": _counts(body["stages"])})


def release_summary(stored: bytes) -> ReleaseSummary:
    """From its JSON."""
    body = orjson.loads(stored)
    changed = {"failed": tuple(body["failed"]), "funnel": _counts(body["funnel"])}
    return ReleaseSummary(**body | changed)


def totals_stored(stored: bytes) -> Totals:
    """From its JSON."""
    body = orjson.loads(stored)
    return Totals(**body | {"stages": _counts(body["stages"])})


def stored(summary: ShardSummary | ReleaseSummary | Totals) -> bytes:
    """As JSON."""
    return orjson.dumps(summary)


def totals_of(shards: Iterable[ShardSummary]) -> Totals:
    """The sums of what each says."""
    total = Totals()
    for shard in shards:
        total.shards += 1
        total.open += shard.open
        total.published += shard.published
        for stage, counts in shard.stages.items():
            total.stages[stage] = _plus(total.stages.get(stage, StageCounts(0, 0)), counts)
        for asset, gate in shard.gates.items():
            states = total.gates.setdefault(asset, {})
            states[gate["state"]] = states.get(gate["state"], 0) + 1
        for stage, usage in shard.usage.items():
            total.usage[stage] = _added(total.usage.get(stage, {}), usage)
    return total


def _plus(one: StageCounts, other: StageCounts) -> StageCounts:
    dropped = _added(one.dropped, other.dropped)
    ordered = dict(sorted(dropped.items(), key=lambda reason: -reason[1]))
    return StageCounts(
        one.input + other.input, one.kept + other.kept, ordered, one.failed + other.failed
    )


def _added(one: Mapping[str, _Number], other: Mapping[str, _Number]) -> dict[str, _Number]:
    """With keys of either."""
    return {name: one.get(name, 0) + other.get(name, 0) for name in (*one, *other)}


def _counts(stages: Mapping[str, Mapping[str, Any]]) -> dict[str, StageCounts]:
    return {stage: StageCounts(**counts) for stage, counts in stages.items()}
