"""Counts that must add up: for every shard and stage, input = kept + dropped + failed."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from webscale_rl_dagster.schemas import FAILED, STAGES
from webscale_rl_dagster.storage.tables import Tables


@dataclass(frozen=True, slots=True)
class StageCounts:
    """One stage of one shard."""

    input: int
    kept: int
    dropped: dict[str, int] = field(default_factory=dict)
    failed: int = 0

    @property
    def reconciled(self) -> bool:
        return self.input == self.kept + sum(self.dropped.values()) + self.failed


def count(table: pl.DataFrame) -> StageCounts:
    """Counts of a stage table by what became of its rows."""
    lost = table.filter(~pl.col("kept"))
    reasons = dict(lost["reason"].value_counts(sort=True).iter_rows())
    failed = reasons.pop(FAILED, 0)
    return StageCounts(table.height, table.height - lost.height, reasons, failed)


def shard_counts(tables: Tables, shard: str) -> dict[str, StageCounts]:
    """Counts of every stage the shard has reached, in the order of the funnel."""
    found: dict[str, StageCounts] = {}
    for stage in STAGES:
        if tables.has(stage, shard):
            found[stage] = count(tables.read(stage, shard, columns=["kept", "reason", "error"]))
    return found


def expected_inputs(tables: Tables, shard: str) -> dict[str, int]:
    """How many rows each stage must have, by what the stage before it kept.

    A document goes to `candidate_qa` once per persona.
    """
    expected: dict[str, int] = {}
    for before, stage in zip(STAGES, STAGES[1:], strict=False):
        if not tables.has(before, shard):
            continue
        if stage == "candidate_qa":
            kept = tables.read(before, shard, columns=["kept", "personas"]).filter("kept")
            expected[stage] = int(kept["personas"].list.len().sum())
        else:
            kept = tables.read(before, shard, columns=["kept"]).filter("kept")
            expected[stage] = kept.height
    return expected
