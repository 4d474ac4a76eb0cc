"""How the newest runs of make_pairs of a corpus ended, in the order of their ends.

They make rows: a row goes on while run after run breaks, and is over once one does its work, as one
has that a gate ended. Three runs that break, of two shards at least, are an outage.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import dagster as dg

from webscale_rl_dagster.automation.tags import CORPUS, MAKES
from webscale_rl_dagster.automation.unfinished import waits_for_retry

_SEEN = 200
_OUTAGE = 3


@dataclass
class Row:
    """Runs that broke one after the other."""

    records: list[dg.RunRecord] = field(default_factory=list)
    asked: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By shard, its runs; of one that Dagster repeated by itself the first."""
    outage_since: float | None = None
    """Unix time."""

    def add(self, record: dg.RunRecord) -> None:
        run = record.dagster_run
        self.records.append(record)
        self.asked[shard_of(record)].add(run.root_run_id or run.run_id)
        outage = len(self.asked) > 1 and sum(map(len, self.asked.values())) >= _OUTAGE
        if outage and self.outage_since is None:
            self.outage_since = end_of(record)


class Rows(NamedTuple):
    """Of a corpus."""

    newest: dict[str, dg.RunRecord]
    """The newest run of each shard, the newest of all first, whatever became of it."""
    over: list[Row]
    lasting: Row
    """Empty if the newest run that ended did its work."""


def rows_of(
    instance: dg.DagsterInstance,
    corpus: str,
    *,
    ended_by_gate: Callable[[dg.DagsterInstance, str], bool],
    most_under_way: int,
) -> Rows:
    """Of the newest 200 runs that are tagged with the corpus, whoever started them.

    And of two more for each that may be under way at once: as many may break together, and as many
    others come between while these are run again.
    """
    wanted = dg.RunsFilter(job_name=MAKES, tags={CORPUS: corpus})
    records = instance.get_run_records(wanted, limit=_SEEN + 2 * most_under_way)
    rows = [Row()]
    for record in sorted(records, key=end_of):
        run = record.dagster_run
        if run.is_success:
            rows.append(Row())
        elif run.status == dg.DagsterRunStatus.FAILURE:
            if ended_by_gate(instance, run.run_id):
                rows.append(Row())
            elif not waits_for_retry(record):
                rows[-1].add(record)
    return Rows(_newest(records), rows[:-1], rows[-1])


def shard_of(record: dg.RunRecord) -> str:
    """Empty for a run of no partition."""
    return record.dagster_run.tags.get("dagster/partition", "")


def end_of(record: dg.RunRecord) -> float:
    """Unix time; long ago for a run that has not ended."""
    return record.end_time or 0.0


def _newest(records: Sequence[dg.RunRecord]) -> dict[str, dg.RunRecord]:
    newest: dict[str, dg.RunRecord] = {}
    for record in records:
        newest.setdefault(shard_of(record), record)
    return newest
