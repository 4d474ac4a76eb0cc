"""A suite's verdict as Dagster keeps it: what is stored, and what is read back of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationTargetMaterializationData as Target,
)

from webscale_rl_dagster.expectations.report import failed_table
from webscale_rl_dagster.expectations.validation import Validation
from webscale_rl_dagster.lineage.records import Judged

Metadata = Mapping[str, dg.MetadataValue[Any]]


def check_key(asset: str) -> dg.AssetCheckKey:
    """The key of the asset's suite."""
    return dg.AssetCheckKey(dg.AssetKey(asset), f"{asset}_suite")


def newest_materialization(
    instance: dg.DagsterInstance, asset: str, partition: str
) -> Target | None:
    """What a verdict on the asset as it is would hold for."""
    wanted = dg.AssetRecordsFilter(asset_key=dg.AssetKey(asset), asset_partitions=[partition])
    records = instance.fetch_materializations(wanted, limit=1).records
    return next(
        (
            Target(storage_id=record.storage_id, run_id=record.run_id, timestamp=record.timestamp)
            for record in records
        ),
        None,
    )


def evaluation_of(
    judged: Judged, target: Target | None, details: Metadata
) -> dg.AssetCheckEvaluation:
    """To be stored; with the details it tells what `shut_by` and `judged_files` read."""
    key = check_key(judged.asset)
    return dg.AssetCheckEvaluation(
        asset_key=key.asset_key,
        check_name=key.name,
        partition=judged.shard,
        passed=judged.passed,
        blocking=True,
        severity=dg.AssetCheckSeverity.ERROR,
        description=judged.why,
        target_materialization_data=target,
        metadata={
            "shard": dg.MetadataValue.text(judged.shard),
            **details,
            "shut_by": dg.MetadataValue.json(list(judged.failed)),
            "files": dg.MetadataValue.json(judged.files),
        },
    )


def details_of(validation: Validation) -> Metadata:
    """What people are shown of it in Dagster's UI, beside the verdict."""
    rows = {found.name: found.failing_rows for found in validation.failed if found.failing_rows}
    return {
        "evaluated": dg.MetadataValue.int(validation.evaluated),
        "failed": dg.MetadataValue.md(failed_table(validation)),
        "suite_errors": dg.MetadataValue.json(validation.errors),
        "failing_rows": dg.MetadataValue.json(rows),
        "outcomes": dg.MetadataValue.json(dict(validation.outcomes)),
    }


def shut_by(evaluation: dg.AssetCheckEvaluation) -> tuple[str, ...]:
    """Names of the expectations that failed, in a verdict of ours."""
    names = tuple(_recorded(evaluation, "shut_by") or ())
    return (*names, "suite_error") if _recorded(evaluation, "suite_errors") else names


def judged_files(evaluation: dg.AssetCheckEvaluation) -> dict[str, str]:
    """sha256 of what was judged, by table; empty in a verdict that is not ours."""
    return _recorded(evaluation, "files") or {}


def _recorded(evaluation: dg.AssetCheckEvaluation, name: str) -> Any:
    """None if something other than `evaluation_of` made this verdict."""
    entry = evaluation.metadata.get(name)
    return None if entry is None else entry.value
