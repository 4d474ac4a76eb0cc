"""The gate: each suite as a blocking check per partition, whose verdict later runs look up.

Dagster's `blocking` stops downstream steps of the same run and nothing else: a later run, a
backfill that splits, or an asset materialized by hand goes past a failed check. So stages call
`standing.require_open` themselves.
"""

# No `from __future__ import annotations`: Dagster reads the check's annotations as objects.
import functools
import warnings
from collections.abc import Callable, Iterator

import dagster as dg

from webscale_rl_dagster.config import Config
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.expectations.evaluation import (
    check_key,
    details_of,
    evaluation_of,
    newest_materialization,
)
from webscale_rl_dagster.expectations.judging import Judge, Verdict, judge_release, judge_shard
from webscale_rl_dagster.expectations.kept import KeptValidation, keep_validation
from webscale_rl_dagster.expectations.links import page_links
from webscale_rl_dagster.expectations.release_facts import ASSET as RELEASE
from webscale_rl_dagster.expectations.standing import verdicts
from webscale_rl_dagster.expectations.validation import SUITES
from webscale_rl_dagster.lineage.records import record_judged
from webscale_rl_dagster.partitions import RELEASES, SHARDS
from webscale_rl_dagster.resources.storage import StorageResource
from webscale_rl_dagster.storage.tables import Tables

_HOW_TO_READ = """**Blocking.** Nothing downstream of the shard runs, in this run or a later one, \
until its newest verdict passed on the data as it lies on storage now.

`failed` names each expectation that does not hold, with what was observed and expected; \
`failing_rows` has the first ten by id; `outcomes` counts the rows by what became of them. A \
`warning` is told and lets the shard pass. A *suite error* says nothing about the data.

To open a shut gate: mend the data or the prompt and materialize the shard again, or change the \
threshold under `gates` in `pipeline.yaml`, reload the code location and run this check alone. \
Model calls that were finished are not paid again."""


def suite_check(asset: str) -> dg.AssetChecksDefinition:
    """The asset's suite as a blocking check, with a verdict for each shard of the run.

    In a range run every shard is judged and its verdict stored before the step fails for any of
    them; what is downstream in that run is then skipped for the whole range.
    """
    return _check(asset, SHARDS, functools.partial(judge_shard, asset))


def release_check() -> dg.AssetChecksDefinition:
    """The suite of `dataset_release`, whose verdict is kept beside the release as well."""
    return _check(RELEASE, RELEASES, judge_release)


def judge_unjudged(context: dg.AssetExecutionContext, asset: str) -> None:
    """Judge the asset for the shards of the run that no check has judged yet.

    The UI leaves out of a selection the checks of an asset that it cannot materialize. The calling
    asset must have the resources `storage` and `settings`.
    """
    settings: Config = context.resources.settings
    tables: Tables = context.resources.storage.tables()
    for gate in list(verdicts(context.instance, [asset], context.partition_keys)):
        if gate.state != "unjudged":
            continue
        judge = functools.partial(
            judge_shard, asset, context.run.run_id, gate.shard, tables, settings.gates
        )
        evaluation, verdict = _evaluate(context.instance, asset, gate.shard, judge, settings)
        context.log.info(f"{asset} {gate.shard}: {evaluation.description}")
        context.instance.report_runless_asset_event(evaluation)
        _keep(verdict, tables, settings, context.log)


def _check(
    asset: str, partitions: dg.PartitionsDefinition[str], judge: Judge
) -> dg.AssetChecksDefinition:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.PreviewWarning)
        spec = dg.AssetCheckSpec(
            check_key(asset).name,
            asset=asset,
            description=f"{SUITES[asset].__doc__}\n\n{_HOW_TO_READ}",
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
            evaluation, verdict = _evaluate(context.instance, asset, shard, judged, settings)
            context.log.info(f"{asset} {shard}: {evaluation.description}")
            yield evaluation
            _keep(verdict, tables, settings, context.log)
        yield dg.Output(None, output_name=spec.get_python_identifier())

    return suite


def _evaluate(
    instance: dg.DagsterInstance,
    asset: str,
    partition: str,
    judge: Callable[[], Verdict],
    settings: Config,
) -> tuple[dg.AssetCheckEvaluation, Verdict]:
    """One partition's verdict, as Dagster stores it and as it was given.

    The materialization is looked up before the file is read: data that changes in between makes the
    verdict stale, never a verdict on data that was not judged.
    """
    target = newest_materialization(instance, asset, partition)
    verdict = judge()
    details = {**details_of(verdict.validation), **page_links(asset, partition, settings)}
    return evaluation_of(verdict.judged, target, details), verdict


def _keep(verdict: Verdict, tables: Tables, settings: Config, log: dg.DagsterLogManager) -> None:
    """Beside the data: the verdict, and what Data Docs are built from, which no gate depends on."""
    validation, judged = verdict
    if judged.asset != RELEASE:
        record_judged(tables.objects, judged)
    kept = KeptValidation(
        judged.asset,
        judged.shard,
        passed=judged.passed,
        why=judged.why,
        time=judged.time,
        result=validation.result,
    )
    try:
        keep_validation(tables.objects, kept, most=settings.data_docs.validations)
    except StorageError as error:
        log.warning(f"not kept for Data Docs: {error}")
