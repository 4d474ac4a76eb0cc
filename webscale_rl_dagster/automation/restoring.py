"""Tells a Dagster that knows nothing what lies on the storage: after the loss of its database.

From the records beside the data alone, so that thousands of shards take minutes. Nothing rests on
their being true: every lock compares the bytes that were judged with those that are there.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import dagster as dg

from webscale_rl_dagster.assets.metadata import release_metadata
from webscale_rl_dagster.automation.registering import adopt_shard
from webscale_rl_dagster.expectations.evaluation import evaluation_of, newest_materialization
from webscale_rl_dagster.lineage.records import Judged, Made, judged_of, made_of
from webscale_rl_dagster.partitions import RELEASES, SHARDS, add_partition
from webscale_rl_dagster.releases.gate import verdict_on
from webscale_rl_dagster.releases.reading import Release, open_release, release_names
from webscale_rl_dagster.schemas import STAGES
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables

_RELEASE = "dataset_release"
_AT_ONCE = 8
"""Shards whose records are read together: on S3 nearly all of the time is spent waiting."""


def restore_shards(
    instance: dg.DagsterInstance, tables: Tables, shards: list[str]
) -> Iterator[tuple[str, int]]:
    """Each shard, and how many of its tables Dagster had not heard of; safe to repeat.

    Shards in the order in which they were ingested, which is that of ranges, and tables in that of
    the funnel, so that none looks older than what it was made of. The partition comes last: it says
    that the rest was told.
    """
    known = {stage: instance.get_materialized_partitions(dg.AssetKey(stage)) for stage in STAGES}
    there = {stage: set(tables.shards(stage)) for stage in STAGES}
    partitions = set(instance.get_dynamic_partitions(str(SHARDS.name)))
    for shard, made, judged in _recorded(tables.objects, shards):
        told = 0
        for stage, making in made.items():
            new = shard not in partitions or shard not in known[stage]
            if new and shard in there[stage]:
                _tell(instance, making, judged.get(stage), tables.uri(stage, shard))
                told += 1
        if "raw_documents" not in made:
            adopt_shard(instance, shard, tables)
        elif shard not in partitions:
            add_partition(instance, SHARDS, shard)
        yield shard, told


def restore_releases(instance: dg.DagsterInstance, objects: Objects) -> list[str]:
    """Likewise of the releases; the names of those that Dagster had not heard of."""
    known = set(instance.get_dynamic_partitions(str(RELEASES.name)))
    new = [name for name in release_names(objects) if name not in known]
    for name in new:
        release = open_release(objects, name)
        instance.report_runless_asset_event(
            dg.AssetMaterialization(_RELEASE, partition=name, metadata=release_metadata(release))
        )
        _tell_verdict(instance, release)
        add_partition(instance, RELEASES, name)
    return new


def _recorded(
    objects: Objects, shards: list[str]
) -> list[tuple[str, dict[str, Made], dict[str, Judged]]]:
    """What made and judged each shard's tables, the shard that was ingested first first."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        made = pool.map(functools.partial(made_of, objects), shards)
        judged = pool.map(functools.partial(judged_of, objects), shards)
        found = list(zip(shards, made, judged, strict=True))
    return sorted(found, key=lambda item: (_ingested(item[1]), item[0]))


def _ingested(made: dict[str, Made]) -> str:
    return made["raw_documents"].time if "raw_documents" in made else ""


def _tell(instance: dg.DagsterInstance, made: Made, judged: Judged | None, uri: str) -> None:
    """A verdict on an earlier making is told before this one: so it is as stale as it was."""
    current = judged is not None and judged.made == made.time
    if judged is not None and not current:
        _report(instance, judged)
    instance.report_runless_asset_event(
        dg.AssetMaterialization(made.stage, partition=made.shard, metadata=_metadata(made, uri))
    )
    if judged is not None and current:
        _report(instance, judged)


def _report(instance: dg.DagsterInstance, judged: Judged) -> None:
    """The verdict that the storage remembers, as one on the newest materialization."""
    target = newest_materialization(instance, judged.asset, judged.shard)
    said = dg.MetadataValue.text(f"{judged.time} by run {judged.run_id}")
    instance.report_runless_asset_event(evaluation_of(judged, target, {"judged": said}))


def _tell_verdict(instance: dg.DagsterInstance, release: Release) -> None:
    verdict = verdict_on(release)
    if verdict is None:
        return
    _report(
        instance,
        Judged(
            _RELEASE,
            release.name,
            passed=verdict.passed,
            why="; ".join(verdict.failed),
            failed=verdict.failed,
            files={_RELEASE: verdict.content_sha256},
            made=None,
            run_id=None,
            time=release.manifest["created"],
        ),
    )


def _metadata(made: Made, uri: str) -> dict[str, dg.MetadataValue | int | float | str]:
    counts = made.counts
    found: dict[str, dg.MetadataValue | int | float | str] = {
        "dagster/partition_row_count": made.rows,
        "dagster/uri": uri,
        "sha256": made.sha256,
        "input": counts.input,
        "kept": counts.kept,
        "kept_share": counts.kept / counts.input if counts.input else 0.0,
        "failed": counts.failed,
        "dropped": dg.MetadataValue.json(counts.dropped),
        "made": f"{made.time} by run {made.run_id}",
    }
    return found | {f"calls/{name}": value for name, value in (made.usage or {}).items()}
