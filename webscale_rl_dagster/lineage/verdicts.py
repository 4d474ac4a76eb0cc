"""How often each verdict was asked for, and what it said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import polars as pl

from webscale_rl_dagster.schemas import BROKEN, PASSED, VERDICTS
from webscale_rl_dagster.storage.tables import Tables

VerdictCounts = dict[str, dict[str, int]]
"""By verdict, in the order of judging: how many rows `passed` and how many `failed`."""


def verdict_counts(tables: Tables, shard: str) -> VerdictCounts:
    """Of all candidates that were checked; a verdict that no row was asked for is left out.

    A candidate may fail several; the funnel's counts, which add up, name its first. None of a
    table that a version without verdicts made.
    """
    if not tables.has("checked_qa", shard):
        return {}
    stored = tables.open("checked_qa", shard)
    return _count(stored.batches(["verdicts"])) if "verdicts" in stored.columns else {}


def added(counts: Iterable[Mapping[str, Mapping[str, int]]]) -> VerdictCounts:
    """The counts of several shards together."""
    total: dict[str, Counter[str]] = {name: Counter() for name in VERDICTS}
    for shard in counts:
        for name, said in shard.items():
            total[name].update(said)
    return _asked(total)


def _count(batches: Iterable[pl.DataFrame]) -> VerdictCounts:
    total: dict[str, Counter[str]] = {name: Counter() for name in VERDICTS}
    for batch in batches:
        for column in batch.unnest("verdicts"):
            total[column.name].update(dict(column.drop_nulls().value_counts().iter_rows()))
    return _asked(total)


def _asked(total: Mapping[str, Counter[str]]) -> VerdictCounts:
    return {
        name: {PASSED: said[PASSED], BROKEN: said[BROKEN]} for name, said in total.items() if said
    }
