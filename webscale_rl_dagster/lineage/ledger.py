"""Counts that must add up: for every shard and stage, input = kept + dropped + failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from webscale_rl_dagster.schemas import FAILED, STAGES
from webscale_rl_dagster.storage.tables import Tables


@dataclass(frozen=True, slots=True)
class StageCounts:
    """One stage of one shard. From `filtered_documents` on, a document counts once per window."""

    input: int
    kept: int
    dropped: dict[str, int] = field(default_factory=dict)
    failed: int = 0

    @property
    def reconciled(self) -> bool:
        return self.input == self.kept + sum(self.dropped.values()) + self.failed


def count(batches: Iterable[pl.DataFrame]) -> StageCounts:
    """Counts of a stage table by what became of its rows; reads `kept` and `reason`."""
    rows = kept = 0
    reasons: Counter[str] = Counter()
    for batch in batches:
        lost = batch.filter(~pl.col("kept"))
        rows += batch.height
        kept += batch.height - lost.height
        reasons.update(dict(lost["reason"].value_counts().iter_rows()))
    failed = reasons.pop(FAILED, 0)
    return StageCounts(rows, kept, dict(reasons.most_common()), failed)


def shard_counts(tables: Tables, shard: str) -> dict[str, StageCounts]:
    """Counts of every stage the shard has reached, in the order of the funnel."""
    return {
        stage: count(tables.open(stage, shard).batches(["kept", "reason"]))
        for stage in STAGES
        if tables.has(stage, shard)
    }


def due(tables: Tables, shard: str) -> dict[str, int]:
    """What the stage before each one sends on to it: documents, windows, pairs to ask, pairs.

    A window goes to `candidate_qa` once per persona.
    """
    found: dict[str, int] = {}
    for before, stage in zip(STAGES, STAGES[1:], strict=False):
        if not tables.has(before, shard):
            continue
        if stage == "candidate_qa":
            kept = tables.open(before, shard).kept_batches(["personas"])
            found[stage] = sum(int(batch["personas"].list.len().sum()) for batch in kept)
        else:
            found[stage] = tables.height(before, shard, kept=True)
    return found


def answered(tables: Tables, shard: str) -> dict[str, int]:
    """How much of what was `due` each stage has: a row for each.

    Only `filtered_documents` has a row per window; its documents are its first windows.
    """
    found: dict[str, int] = {}
    for stage in STAGES[1:]:
        if not tables.has(stage, shard):
            continue
        if stage == "filtered_documents":
            windows = tables.open(stage, shard).batches(["window"])
            found[stage] = sum(int((batch["window"] == 0).sum()) for batch in windows)
        else:
            found[stage] = tables.height(stage, shard)
    return found
