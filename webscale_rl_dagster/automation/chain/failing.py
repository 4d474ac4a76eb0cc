"""Which shards of a corpus are to be run again, and when, as its newest runs ended; see `rows`.

An outage is charged to no shard, and while it lasts one run at a time probes whether it is over.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import chain, zip_longest
from typing import NamedTuple

import dagster as dg

from webscale_rl_dagster.automation.chain.rows import Row, Rows, end_of, rows_of, shard_of
from webscale_rl_dagster.automation.ingested_shards import Ingested

FAILURES = "webscale_rl/failures"
"""The tag of a run that says with how many failures its shard was charged before."""

_LEFT = 3
"""Failures of its own after which a shard is left to a person."""
_RESTS_S = 600
"""Before a shard is tried again while no run does its work; then ten times as long."""
_PROBE_S, _LONGEST_S = 60, 600
"""After the newest failure of an outage; twice as long after each probe."""
_DIFFERENT = 50
"""Shards that broke in an outage, from which on no other is begun."""


class Broken(NamedTuple):
    """A shard whose newest run broke, and that is not left."""

    shard: str
    run_id: str
    failures: int
    """That it is charged with: one a row that is over."""
    ready: bool
    """A run of the corpus did its work since; else it has rested."""
    probed: bool
    """It broke again in the row that lasts."""


class Recent(NamedTuple):
    """How the newest runs of a corpus ended."""

    broken: list[Broken]
    """The longest ago first."""
    probe_at: float | None
    """In an outage: the Unix time before which nothing is run."""
    different: int
    """Shards that broke in the row that lasts."""
    repeated: bool
    """The newest run of all was another of a shard that had broken."""

    def choose(
        self, broken: Sequence[Broken], fresh: Sequence[Ingested], room: int
    ) -> list[Broken | Ingested]:
        """What to run, of those of `broken` and of `fresh` that are still wanted.

        They take turns, so that shards that break whatever is done do not make a row. An outage is
        probed with what broke in it. Once each shard of it has failed again, a fresh one is the
        probe: such shards would else hold up all others.
        """
        if self.probe_at is None:
            ready = [one for one in broken if one.ready]
            turns = (fresh, ready) if self.repeated else (ready, fresh)
            mixed = chain.from_iterable(zip_longest(*turns))
            return [one for one in mixed if one is not None][:room]
        if room < 1 or time.time() < self.probe_at:
            return []
        probes: list[Broken | Ingested] = [one for one in broken if not one.probed]
        if not probes and self.different < _DIFFERENT:
            probes = list(fresh)
        return (probes or [*broken, *fresh])[:1]


def recent_runs(
    instance: dg.DagsterInstance,
    corpus: str,
    *,
    ended_by_gate: Callable[[dg.DagsterInstance, str], bool],
    most_under_way: int,
) -> Recent:
    """Of those that are tagged with the corpus, whoever started them; so many may be under way."""
    rows = rows_of(instance, corpus, ended_by_gate=ended_by_gate, most_under_way=most_under_way)
    newest = next(iter(rows.newest.values()), None)
    return Recent(
        [one for one in _broken(rows) if one.shard and one.failures < _LEFT],
        probe_at=_probe_at(rows.lasting),
        different=len(rows.lasting.asked),
        repeated=newest is not None and FAILURES in newest.dagster_run.tags,
    )


def _broken(rows: Rows) -> list[Broken]:
    found: list[Broken] = []
    for row in (*rows.over, rows.lasting):
        for record in row.records:
            shard, run = shard_of(record), record.dagster_run
            if rows.newest[shard] is not record:
                continue
            charged = _charged(run)
            if row is rows.lasting:
                again = len(row.asked[shard]) > 1
                rested = time.time() > end_of(record) + _RESTS_S * (10 if again else 1)
                found.append(Broken(shard, run.run_id, charged, rested, again))
            else:
                own = 1 if row.outage_since is None else 0
                found.append(Broken(shard, run.run_id, charged + own, ready=True, probed=False))
    return found


def _charged(run: dg.DagsterRun) -> int:
    """As the tag says that it was requested with; one that a person started begins anew."""
    said = run.tags.get(FAILURES, "")
    return int(said) if said.isdecimal() else 0


def _probe_at(lasting: Row) -> float | None:
    """None if it is no outage."""
    since = lasting.outage_since
    if since is None:
        return None
    probes = sum(record.create_timestamp.timestamp() > since for record in lasting.records)
    rest = min(_PROBE_S * 2.0 ** min(probes, 10), _LONGEST_S)
    return end_of(lasting.records[-1]) + rest
