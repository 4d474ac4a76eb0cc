"""How gates stand, and the lock that stages meet: read from Dagster's event log.

A gate is open for a shard only if the newest verdict passed, judged the newest materialization,
and, where files are compared, judged the very bytes that lie on storage now, in the table and in
the table it was reconciled with.

Dagster's checks need names that are not public: they are used here and in `evaluation.py` alone.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import dagster as dg
from dagster._core.event_api import PartitionKeyFilter
from dagster._core.storage.asset_check_execution_record import (
    AssetCheckExecutionRecordStatus,
    AssetCheckPartitionInfo,
)

from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.expectations.evaluation import check_key, judged_files, shut_by
from webscale_rl_dagster.resources.storage import StorageResource
from webscale_rl_dagster.schemas import STAGES
from webscale_rl_dagster.storage.tables import Tables

State = Literal["open", "failed", "stale", "unjudged"]

SHUT = "gate_states"
"""Metadata of the failure by which a shut gate refuses a run: how the gates stood."""

_JUDGED = {AssetCheckExecutionRecordStatus.SUCCEEDED, AssetCheckExecutionRecordStatus.FAILED}
_SHARDS_PER_QUERY = 500
_SHARDS_NAMED = 20

_REMEDIES: Mapping[State, str] = {
    "failed": "mend the data or `gates` in pipeline.yaml, then materialize or judge it again",
    "stale": "run the check again on the data as it is now",
    "unjudged": "materialize the asset and run its check",
}


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """How one asset's gate stands for one shard."""

    asset: str
    shard: str
    state: State
    why: str = ""
    """What failed, or what the verdict does not hold for; empty if open."""
    failed: tuple[str, ...] = ()
    """Names of the expectations that shut the gate."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Of an open gate whose files were compared: the hashes of what was judged, by table."""


def require_open(context: dg.AssetExecutionContext, *assets: str) -> None:
    """Refuse to go on unless these assets' gates are open for every shard of the run.

    The calling asset must have the resource `storage`. A range with one shut shard is refused as a
    whole, for a step cannot leave out a part of its range.
    """
    storage: StorageResource = context.resources.storage
    found = verdicts(context.instance, assets, context.partition_keys, tables=storage.tables())
    shut = [verdict for verdict in found if verdict.state != "open"]
    if not shut:
        return
    lines = [
        f"{verdict.shard}: {verdict.asset} is {verdict.state} ({verdict.why}); "
        f"{_REMEDIES[verdict.state]}"
        for verdict in shut[:_SHARDS_NAMED]
    ]
    if len(shut) > _SHARDS_NAMED:
        lines.append(f"and {len(shut) - _SHARDS_NAMED} more")
    states = dg.MetadataValue.json(sorted({verdict.state for verdict in shut}))
    raise dg.Failure("gate shut\n" + "\n".join(lines), metadata={SHUT: states}, allow_retries=False)


def gate_status(
    instance: dg.DagsterInstance, shards: Sequence[str], *, tables: Tables | None = None
) -> dict[str, list[GateVerdict]]:
    """Every asset's gate for each shard, in the order of the funnel; else as `verdicts`."""
    found: dict[str, list[GateVerdict]] = {shard: [] for shard in shards}
    for verdict in verdicts(instance, STAGES, shards, tables=tables):
        found[verdict.shard].append(verdict)
    return found


def verdicts(
    instance: dg.DagsterInstance,
    assets: Iterable[str],
    shards: Sequence[str],
    *,
    tables: Tables | None = None,
) -> Iterator[GateVerdict]:
    """How each asset's gate stands for each shard, asked as it is iterated over.

    With `tables` the files are hashed too, as the lock does; without, this is a few queries for
    thousands of shards, and a file changed behind Dagster's back goes unseen.
    """

    @functools.cache
    def digest(table: str, shard: str) -> str | None:
        try:
            return tables.open(table, shard).sha256() if tables else None
        except StorageError:
            return "no such file"

    for asset in assets:
        for first in range(0, len(shards), _SHARDS_PER_QUERY):
            some = shards[first : first + _SHARDS_PER_QUERY]
            infos = _partition_infos(instance, asset, some)
            for shard in some:
                info = infos.get(shard)
                yield _verdict(instance, asset, shard, info=info, digest=digest if tables else None)


def _verdict(
    instance: dg.DagsterInstance,
    asset: str,
    shard: str,
    *,
    info: AssetCheckPartitionInfo | None,
    digest: Callable[[str, str], str | None] | None,
) -> GateVerdict:
    """A passed verdict without files to compare is open by the bulk answer alone."""
    say = functools.partial(GateVerdict, asset, shard)
    if info is None or info.latest_materialization_storage_id is None:
        return say("unjudged", "no check has run")
    passed = info.latest_execution_status is AssetCheckExecutionRecordStatus.SUCCEEDED
    if passed and info.is_current and digest is None:
        return say("open")
    evaluation = _newest_evaluation(instance, asset, shard)
    if evaluation is None:
        return say("unjudged", "a check was planned and has not come to a verdict")
    target = evaluation.target_materialization_data
    if target is None or target.storage_id != info.latest_materialization_storage_id:
        return say("stale", "materialized again since it was judged")
    if not evaluation.passed:
        return say("failed", evaluation.description or "", shut_by(evaluation))
    if digest is not None:
        judged = judged_files(evaluation)
        changed = [table for table, sha in judged.items() if digest(table, shard) != sha]
        if changed or asset not in judged:
            return say("stale", f"judged with another file of {', '.join(changed) or asset}")
        return say("open", files=judged)
    return say("open")


def _partition_infos(
    instance: dg.DagsterInstance, asset: str, shards: Sequence[str]
) -> dict[str | None, AssetCheckPartitionInfo]:
    found = instance.event_log_storage.get_asset_check_partition_info(
        [check_key(asset)], partition_keys=list(shards)
    )
    return {info.partition_key: info for info in found}


def _newest_evaluation(
    instance: dg.DagsterInstance, asset: str, shard: str
) -> dg.AssetCheckEvaluation | None:
    """The newest verdict. A planned check is none: a queued or cancelled run judged nothing."""
    records = instance.event_log_storage.get_asset_check_execution_history(
        check_key(asset), limit=1, status=_JUDGED, partition_filter=PartitionKeyFilter(key=shard)
    )
    return records[0].evaluation if records else None
