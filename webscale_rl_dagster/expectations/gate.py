"""The gate: each suite as a blocking check per partition, and the lock that later runs meet.

Dagster's `blocking` stops downstream steps of the same run and nothing else: a later run, a
backfill that splits, or an asset materialized by hand goes past a failed check. So stages call
`require_open` themselves. It trusts a shard only if the newest verdict passed, judged the newest
materialization, and judged the very bytes that lie on storage now, in the table and in the table it
was reconciled with.

All names of Dagster's that are not public are used here and nowhere else.
"""

# No `from __future__ import annotations`: Dagster reads the check's annotations as objects.
import functools
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationTargetMaterializationData,
)
from dagster._core.event_api import PartitionKeyFilter
from dagster._core.storage.asset_check_execution_record import (
    AssetCheckExecutionRecordStatus,
    AssetCheckPartitionInfo,
)

from webscale_rl_dagster.config import Config, GatesConfig
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.expectations.facts import Batches, Facts, facts_for
from webscale_rl_dagster.expectations.release_facts import ASSET as RELEASE
from webscale_rl_dagster.expectations.release_facts import facts_of_release, keep_verdict
from webscale_rl_dagster.expectations.report import failed_table, headline, shutting
from webscale_rl_dagster.expectations.validation import SUITES, Validation, validate
from webscale_rl_dagster.lineage.records import Judged, Made, made_of, record_judged
from webscale_rl_dagster.partitions import RELEASES, SHARDS
from webscale_rl_dagster.resources.storage import StorageResource
from webscale_rl_dagster.schemas import STAGES
from webscale_rl_dagster.storage.tables import Tables

Files = Mapping[str, str]
"""sha256 of what was judged, by table."""


class Verdict(NamedTuple):
    """What a suite found in a partition, and the sha256 of the files that it read."""

    validation: Validation
    files: Files
    record: Judged | None = None
    """To be kept beside the data, once Dagster has the verdict."""


Judge = Callable[[str, str, Tables, GatesConfig], Verdict]
"""Of a run, by its id, on a partition."""

State = Literal["open", "failed", "stale", "unjudged"]

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
    files: Files = field(default_factory=dict)
    """Of an open gate whose files were compared: the hashes of what was judged."""


def suite_check(asset: str) -> dg.AssetChecksDefinition:
    """The asset's suite as a blocking check, with a verdict for each shard of the run.

    In a range run every shard is judged and its verdict stored before the step fails for any of
    them; what is downstream in that run is then skipped for the whole range.
    """

    def judge(run_id: str, shard: str, tables: Tables, gates: GatesConfig) -> Verdict:
        made = made_of(tables.objects, shard).get(asset)
        verdict = _judged(asset, lambda: facts_for(asset, shard, tables), gates)
        return verdict._replace(record=_record(asset, shard, verdict, made, run_id))

    return _check(asset, SHARDS, judge)


def release_check() -> dg.AssetChecksDefinition:
    """The suite of `dataset_release`, whose verdict is kept beside the release as well."""

    def judge(_run_id: str, name: str, tables: Tables, gates: GatesConfig) -> Verdict:
        objects = tables.objects
        verdict = _judged(RELEASE, lambda: facts_of_release(name, objects), gates)
        keep_verdict(name, objects, verdict.files, shutting(verdict.validation))
        return verdict

    return _check(RELEASE, RELEASES, judge)


def _check(
    asset: str, partitions: dg.PartitionsDefinition[str], judge: Judge
) -> dg.AssetChecksDefinition:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.PreviewWarning)
        spec = dg.AssetCheckSpec(
            check_key(asset).name,
            asset=asset,
            description=SUITES[asset].__doc__,
            blocking=True,
            partitions_def=partitions,
        )

    @dg.multi_asset_check(name=spec.name, specs=[spec])
    def suite(
        context: dg.AssetCheckExecutionContext,
        storage: StorageResource,
        settings: dg.ResourceParam[Config],
    ) -> Iterator[dg.AssetCheckEvaluation | dg.Output[None]]:
        tables = storage.tables()
        for shard in context.partition_keys:
            judged = functools.partial(judge, context.run.run_id, shard, tables, settings.gates)
            evaluation, record = _evaluate(context.instance, asset, shard, judged)
            context.log.info(f"{asset} {shard}: {evaluation.description}")
            yield evaluation
            if record is not None:
                record_judged(tables.objects, record)
        yield dg.Output(None, output_name=spec.get_python_identifier())

    return suite


def require_open(context: dg.AssetExecutionContext, *assets: str) -> None:
    """Refuse to go on unless these assets' gates are open for every shard of the run.

    The calling asset must have the resource `storage`. A range with one shut shard is refused as a
    whole, for a step cannot leave out a part of its range.
    """
    storage: StorageResource = context.resources.storage
    verdicts = _verdicts(context.instance, assets, context.partition_keys, storage.tables())
    shut = [verdict for verdict in verdicts if verdict.state != "open"]
    if not shut:
        return
    lines = [
        f"{verdict.shard}: {verdict.asset} is {verdict.state} ({verdict.why}); "
        f"{_REMEDIES[verdict.state]}"
        for verdict in shut[:_SHARDS_NAMED]
    ]
    if len(shut) > _SHARDS_NAMED:
        lines.append(f"and {len(shut) - _SHARDS_NAMED} more")
    raise dg.Failure("gate shut\n" + "\n".join(lines), allow_retries=False)


def gate_status(
    instance: dg.DagsterInstance, shards: Sequence[str], *, tables: Tables | None = None
) -> dict[str, list[GateVerdict]]:
    """Every asset's gate for each shard, in the order of the funnel.

    With `tables` the files are hashed too, as the lock does; without, this is a few queries for
    thousands of shards, and a file changed behind Dagster's back goes unseen.
    """
    found: dict[str, list[GateVerdict]] = {shard: [] for shard in shards}
    for verdict in _verdicts(instance, STAGES, shards, tables):
        found[verdict.shard].append(verdict)
    return found


def check_key(asset: str) -> dg.AssetCheckKey:
    """The key of the asset's suite."""
    return dg.AssetCheckKey(dg.AssetKey(asset), f"{asset}_suite")


def _judged(asset: str, look: Callable[[], tuple[Batches, Facts]], gates: GatesConfig) -> Verdict:
    """Any crash is a verdict of its own, so that one shard cannot hide those of the others."""
    files: Files = {}
    try:
        batches, facts = look()
        files = facts.files
        return Verdict(validate(asset, batches, facts=facts, gates=gates), files)
    except Exception as error:
        return Verdict(Validation.crashed(error), files)


def _evaluate(
    instance: dg.DagsterInstance, asset: str, shard: str, judge: Callable[[], Verdict]
) -> tuple[dg.AssetCheckEvaluation, Judged | None]:
    """One partition's verdict, and the record of it.

    The materialization is looked up before the file is read: data that changes in between makes the
    verdict stale, never a verdict on data that was not judged.
    """
    target = _newest_materialization(instance, asset, shard)
    validation, files, record = judge()
    key = check_key(asset)
    evaluation = dg.AssetCheckEvaluation(
        asset_key=key.asset_key,
        check_name=key.name,
        partition=shard,
        passed=validation.passed,
        blocking=True,
        severity=dg.AssetCheckSeverity.ERROR,
        description=headline(validation),
        target_materialization_data=target,
        metadata=_metadata(shard, validation, files),
    )
    return evaluation, record


def _record(asset: str, shard: str, verdict: Verdict, made: Made | None, run_id: str) -> Judged:
    return Judged(
        asset,
        shard,
        passed=verdict.validation.passed,
        why=headline(verdict.validation),
        failed=tuple(verdict.validation.shut_by),
        files=dict(verdict.files),
        made=None if made is None else made.time,
        run_id=run_id,
        time=datetime.now(UTC).isoformat(),
    )


def _metadata(shard: str, validation: Validation, files: Files) -> dict[str, dg.MetadataValue[Any]]:
    rows = {found.name: found.failing_rows for found in validation.failed if found.failing_rows}
    return {
        "shard": dg.MetadataValue.text(shard),
        "evaluated": dg.MetadataValue.int(validation.evaluated),
        "failed": dg.MetadataValue.md(failed_table(validation)),
        "shut_by": dg.MetadataValue.json(validation.shut_by),
        "suite_errors": dg.MetadataValue.json(validation.errors),
        "failing_rows": dg.MetadataValue.json(rows),
        "outcomes": dg.MetadataValue.json(dict(validation.outcomes)),
        "files": dg.MetadataValue.json(dict(files)),
    }


def _newest_materialization(
    instance: dg.DagsterInstance, asset: str, shard: str
) -> AssetCheckEvaluationTargetMaterializationData | None:
    wanted = dg.AssetRecordsFilter(asset_key=dg.AssetKey(asset), asset_partitions=[shard])
    records = instance.fetch_materializations(wanted, limit=1).records
    return next(
        (
            AssetCheckEvaluationTargetMaterializationData(
                storage_id=record.storage_id, run_id=record.run_id, timestamp=record.timestamp
            )
            for record in records
        ),
        None,
    )


def _verdicts(
    instance: dg.DagsterInstance,
    assets: Iterable[str],
    shards: Sequence[str],
    tables: Tables | None,
) -> Iterator[GateVerdict]:
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
        return say("failed", evaluation.description or "", _shut_by(evaluation))
    if digest is not None:
        judged: dict[str, str] = _recorded(evaluation, "files") or {}
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


def _shut_by(evaluation: dg.AssetCheckEvaluation) -> tuple[str, ...]:
    names = tuple(_recorded(evaluation, "shut_by") or ())
    return (*names, "suite_error") if _recorded(evaluation, "suite_errors") else names


def _recorded(evaluation: dg.AssetCheckEvaluation, name: str) -> Any:
    """None if something other than `suite_check` reported this verdict."""
    entry = evaluation.metadata.get(name)
    return None if entry is None else entry.value
