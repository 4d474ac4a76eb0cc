"""Judges a partition: its suite over its files, and the record of it. Knows nothing of Dagster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from webscale_rl_dagster.config import GatesConfig
from webscale_rl_dagster.expectations.facts import Batches, Facts, facts_for
from webscale_rl_dagster.expectations.release_facts import ASSET as RELEASE
from webscale_rl_dagster.expectations.release_facts import facts_of_release, keep_verdict
from webscale_rl_dagster.expectations.report import headline, shutting
from webscale_rl_dagster.expectations.validation import Validation, validate
from webscale_rl_dagster.lineage.records import Judged, Made, made_of
from webscale_rl_dagster.storage.tables import Tables


class Verdict(NamedTuple):
    """What a suite found in a partition, and the record of it."""

    validation: Validation
    judged: Judged


Judge = Callable[[str, str, Tables, GatesConfig], Verdict]
"""Of a run, by its id, on a partition."""


def judge_shard(asset: str, run_id: str, shard: str, tables: Tables, gates: GatesConfig) -> Verdict:
    """The record is not stored: Dagster has the verdict first."""
    made = made_of(tables.objects, shard).get(asset)
    validation, files = _validated(asset, lambda: facts_for(asset, shard, tables), gates)
    return Verdict(validation, _record(asset, shard, validation, files, run_id, made))


def judge_release(run_id: str, name: str, tables: Tables, gates: GatesConfig) -> Verdict:
    """What shut its gate is stored beside the release as well."""
    objects = tables.objects
    validation, files = _validated(RELEASE, lambda: facts_of_release(name, objects), gates)
    keep_verdict(name, objects, files, shutting(validation))
    return Verdict(validation, _record(RELEASE, name, validation, files, run_id))


def _validated(
    asset: str, look: Callable[[], tuple[Batches, Facts]], gates: GatesConfig
) -> tuple[Validation, Mapping[str, str]]:
    """And the sha256 of each file that was read.

    Any crash is a verdict of its own, so that one shard cannot hide those of the others.
    """
    files: Mapping[str, str] = {}
    try:
        batches, facts = look()
        files = facts.files
        return validate(asset, batches, facts=facts, gates=gates), files
    except Exception as error:
        return Validation.crashed(error), files


def _record(
    asset: str,
    partition: str,
    validation: Validation,
    files: Mapping[str, str],
    run_id: str,
    made: Made | None = None,
) -> Judged:
    return Judged(
        asset,
        partition,
        passed=validation.passed,
        why=headline(validation),
        failed=tuple(validation.shut_by),
        files=dict(files),
        made=None if made is None else made.time,
        run_id=run_id,
        time=datetime.now(UTC).isoformat(),
    )
