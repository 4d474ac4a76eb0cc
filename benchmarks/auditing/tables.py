"""A shard's tables with the records of who made and who judged them."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import polars as pl

from benchmarks.auditing.calls import run_of
from webscale_rl_dagster.inference.journal import JournalPlace
from webscale_rl_dagster.inference.usage import Usage
from webscale_rl_dagster.lineage.accounting import record_usage
from webscale_rl_dagster.lineage.records import Judged, Made, record_judged, record_made
from webscale_rl_dagster.schemas import STAGES
from webscale_rl_dagster.storage.tables import Tables, WrittenTable


def write_tables(
    tables: Tables,
    shard: str,
    frames: dict[str, pl.DataFrame],
    usage: dict[str, Usage],
    *,
    shut: bool,
) -> WrittenTable:
    """All of them; what was written of the first. With `shut` the last gate is."""
    written = {stage: tables.write(stage, shard, frame) for stage, frame in frames.items()}
    for stage, table in written.items():
        if stage in usage:
            record_usage(tables.objects, JournalPlace(stage, shard), usage[stage])
        made = record_made(
            tables,
            stage,
            shard,
            written=table,
            run_id=run_of(shard),
            code_version=None if stage == STAGES[0] else "1",
            usage=usage.get(stage),
        )
        above = [name for name, next_one in pairwise(STAGES) if next_one == stage]
        files = {name: written[name].sha256 for name in (stage, *above)}
        passed = not shut or stage != STAGES[-1]
        record_judged(tables.objects, _judged(made, files, passed=passed))
    return written[STAGES[0]]


def _judged(made: Made, files: dict[str, str], *, passed: bool) -> Judged:
    return Judged(
        asset=made.stage,
        shard=made.shard,
        passed=passed,
        why="" if passed else "failed: acceptance_rate: 0.02 is below 0.05",
        failed=() if passed else ("acceptance_rate",),
        files=files,
        made=made.time,
        run_id=made.run_id,
        time=datetime.now(UTC).isoformat(),
    )
