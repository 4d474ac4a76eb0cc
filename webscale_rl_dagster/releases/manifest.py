"""RELEASE.json: what a release is made of, how, and what became of every candidate for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import webscale_rl_dagster
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.deduplication.questions import SAME_QUESTION
from webscale_rl_dagster.inference.usage import Usage
from webscale_rl_dagster.lineage.accounting import stage_usage
from webscale_rl_dagster.lineage.ledger import StageCounts, shard_counts
from webscale_rl_dagster.lineage.verdicts import VerdictCounts, added, verdict_counts
from webscale_rl_dagster.releases.files import content_sha256, release_files
from webscale_rl_dagster.releases.writing import Written
from webscale_rl_dagster.schemas import STAGES
from webscale_rl_dagster.storage.tables import Tables

FORMAT = 1
SURVIVOR = "that of the previous release, else the first by shard and row"
MIX = ("domain", "answer_type", "difficulty", "style")
_AT_ONCE = 8
"""Shards counted together: on S3 nearly all of the time is spent waiting."""
ROLES = ("generator", "checker", "prober")
ASKING = ("filtered_documents", "classified_documents", "candidate_qa", "checked_qa")
"""The stages that call models."""
_PAID = ("requests", "prompt_tokens", "cached_tokens", "completion_tokens", "dollars")


class _Counted(NamedTuple):
    stages: dict[str, StageCounts]
    verdicts: VerdictCounts
    usage: dict[str, Usage]


def manifest_of(
    tables: Tables,
    name: str,
    written: Written,
    folder: Path,
    *,
    created: datetime,
    config: Config,
    benchmarks: list[dict[str, Any]],
    changed: dict[str, Any] | None,
    removed: dict[str, Any],
    measures: dict[str, Any],
    left_out: Sequence[str],
) -> dict[str, Any]:
    """All of it can be counted again from the tables and files that it names.

    Args:
        tables: The stage tables, for the funnel.
        name: Of the release.
        written: What lies in the folder.
        folder: The release's files.
        created: With a time zone.
        config: The settings in force.
        benchmarks: What the indexes say of themselves.
        changed: How it differs from the previous release, if there is one.
        removed: Documents that were removed from the shards, by removal.
        measures: What `card.measures` counted.
        left_out: Shards behind a shut gate.
    """
    stages, verdicts, usage = _funnel(tables, written.shards, config)
    lost = sum(written.dropped.values())
    stages["release"] = StageCounts(written.pairs + lost, written.pairs, written.dropped)
    tally = written.tally
    documents = tally.documents()
    files = release_files(folder)
    return {
        "format": FORMAT,
        "name": name,
        "created": created.isoformat(),
        "code_version": webscale_rl_dagster.__version__,
        "content_sha256": content_sha256({file.path: file.sha256 for file in files}),
        "pairs": written.pairs,
        "splits": written.splits,
        "documents": {split: documents.get(split, 0) for split in written.splits},
        "dropped": written.dropped,
        "settings": config.release.model_dump(mode="json"),
        "duplicates": {"similarity": SAME_QUESTION, "survivor": SURVIVOR},
        "funnel": {stage: asdict(counts) for stage, counts in stages.items()},
        "verdicts": verdicts,
        "usage": {
            stage: {name: getattr(paid, name) for name in _PAID} for stage, paid in usage.items()
        },
        "measures": measures,
        "models": {role: tally.of(f"{role}_model") for role in ROLES},
        "prompt_versions": tally.of("prompt_version"),
        "profiles": tally.of("profile"),
        "decontamination": {
            "profile": config.decontamination_profile,
            "benchmarks": benchmarks,
            "before": tally.of("decontaminated_against"),
        },
        "licences": tally.of("licence"),
        "corpora": tally.of("corpus"),
        "mix": {kind: tally.of(kind) for kind in MIX},
        "removed": removed,
        "previous": changed,
        "files": [asdict(file) for file in files],
        "shards": written.shards,
        "left_out": sorted(left_out),
    }


def _funnel(tables: Tables, shards: Iterable[str], config: Config) -> _Counted:
    """Counts of every stage over these shards, and what its model calls came to."""
    total = {stage: StageCounts(0, 0) for stage in STAGES}
    verdicts: VerdictCounts = {}
    usage = {stage: Usage() for stage in ASKING}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for stages, said, paid in pool.map(partial(_counts, tables, config), shards):
            total |= {stage: _plus(total[stage], counts) for stage, counts in stages.items()}
            verdicts = added([verdicts, said])
            for stage, calls in paid.items():
                usage[stage].add(calls)
    return _Counted(total, verdicts, usage)


def _counts(tables: Tables, config: Config, shard: str) -> _Counted:
    return _Counted(
        shard_counts(tables, shard),
        verdict_counts(tables, shard),
        {
            stage: stage_usage(tables.objects, stage, shard, prices=config.prices)
            for stage in ASKING
        },
    )


def _plus(one: StageCounts, other: StageCounts) -> StageCounts:
    dropped = _added(one.dropped, other.dropped)
    return StageCounts(
        one.input + other.input, one.kept + other.kept, dropped, one.failed + other.failed
    )


def _added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    total = {name: one.get(name, 0) + other.get(name, 0) for name in (*one, *other)}
    return dict(sorted(total.items(), key=lambda item: -item[1]))
