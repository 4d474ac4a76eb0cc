"""What becomes of shards while models are away for a minute, a night or days, tick by tick.

Nothing is run: a run is a record that ends when the clock says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import dagster as dg
import pytest
from dagster import DagsterRunStatus as Status

from webscale_rl_dagster.automation.chain import failing
from webscale_rl_dagster.automation.chain.failing import FAILURES, Broken, recent_runs
from webscale_rl_dagster.automation.ingested_shards import Ingested

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
ROOM = 20


@dataclass
class Corpus:
    """Its shards to come, and an instance that knows of its runs alone."""

    backlog: list[str]
    poison: set[str] = field(default_factory=set)
    """Their runs break, whatever is done."""
    room: int = ROOM
    now: float = 0.0
    records: list[dg.RunRecord] = field(default_factory=list)
    ends: dict[int, float] = field(default_factory=dict)
    """Of the records of runs that are under way."""
    runs: Counter[str] = field(default_factory=Counter)
    """By shard."""
    done: set[str] = field(default_factory=set)

    def get_run_records(self, wanted: dg.RunsFilter, limit: int) -> Sequence[dg.RunRecord]:
        return self.records[: -limit - 1 : -1]

    def tick(self, lasts: float) -> None:
        """As the chain does, a minute later; so long a new run takes."""
        self.now += MINUTE
        instance = cast(dg.DagsterInstance, self)
        recent = recent_runs(
            instance, "towns", ended_by_gate=lambda instance, run: False, most_under_way=self.room
        )
        broken = [one for one in recent.broken if one.shard not in self.done]
        fresh = [Ingested(0, shard, 0.0) for shard in self.backlog[: self.room]]
        room = max(0, (self.room if recent.probe_at is None else 1) - len(self.ends))
        for one in recent.choose(broken, fresh, room):
            if isinstance(one, Broken):
                self._start(one.shard, lasts, {FAILURES: str(one.failures)})
            else:
                self._start(self.backlog.pop(0), lasts, {})

    def end(self, models_away: bool) -> None:
        """What has ended by now."""
        for number in [number for number, end in self.ends.items() if end <= self.now]:
            record, end = self.records[number], self.ends.pop(number)
            run = record.dagster_run
            worked = not models_away and run.tags["dagster/partition"] not in self.poison
            ended = run.with_status(Status.SUCCESS if worked else Status.FAILURE)
            self.records[number] = _record(number, ended, record.create_timestamp, end)
            if worked:
                self.done.add(_shard(record))

    def _start(self, shard: str, lasts: float, tags: dict[str, str]) -> None:
        number = len(self.records)
        tags = {"dagster/partition": shard, **tags}
        run = dg.DagsterRun("make_pairs", run_id=f"run-{number}", status=Status.STARTED, tags=tags)
        self.ends[number] = self.now + lasts
        self.runs[shard] += 1
        self.records.append(_record(number, run, datetime.fromtimestamp(self.now, UTC), None))


def _record(
    number: int, run: dg.DagsterRun, created: datetime, ended: float | None
) -> dg.RunRecord:
    return dg.RunRecord(number, run, created, created, None, ended)


def _shard(record: dg.RunRecord) -> str:
    return record.dagster_run.tags["dagster/partition"]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Of the corpus that is put into it."""
    put = SimpleNamespace(corpus=None)
    monkeypatch.setattr(failing, "time", SimpleNamespace(time=lambda: put.corpus.now))
    return put


def pass_time(
    clock: Any,
    corpus: Corpus,
    until: float,
    *away: tuple[float, float],
    breaks: float = 20.0,
) -> Corpus:
    """Until then, or until nothing is left to do; models are away in between."""
    clock.corpus = corpus
    while corpus.now < until and (corpus.backlog or len(corpus.done) < len(corpus.runs)):
        is_away = any(since <= corpus.now < end for since, end in away)
        corpus.end(is_away)
        corpus.tick(breaks if is_away else 30.0)
    return corpus


def shards(number: int, name: str = "s") -> list[str]:
    return [f"{name}{one}" for one in range(number)]


@pytest.mark.parametrize("number", [1, 2, 15, 500])
@pytest.mark.parametrize(
    ("away", "breaks"),
    [(3 * MINUTE, 1.0), (8 * HOUR, 20.0), (8 * HOUR, 2 * HOUR), (3 * DAY, 300.0)],
    ids=["a blip", "a night", "runs that break late", "days"],
)
def test_an_outage_costs_no_shard(clock: Any, number: int, away: float, breaks: float) -> None:
    corpus = pass_time(clock, Corpus(shards(number)), away + DAY, (0, away), breaks=breaks)
    assert corpus.done == set(shards(number))


def test_more_runs_than_are_looked_at_may_be_under_way_when_it_begins(clock: Any) -> None:
    corpus = pass_time(clock, Corpus(shards(600), room=400), 2 * DAY, (0, 8 * HOUR))
    assert corpus.done == set(shards(600))


def test_a_night_costs_some_fifty_runs_beside_those_that_were_under_way(clock: Any) -> None:
    corpus = pass_time(clock, Corpus(shards(500)), DAY, (0, 8 * HOUR))
    assert ROOM + 40 < len(corpus.records) - 500 < ROOM + 60


def test_a_blip_is_over_a_minute_or_two_after_it_ends(clock: Any) -> None:
    corpus = pass_time(clock, Corpus(shards(500)), 6 * MINUTE, (0, 2 * MINUTE))
    assert len(corpus.done) >= ROOM


def test_models_that_come_and_go_cost_no_shard(clock: Any) -> None:
    away = [(hour * HOUR, hour * HOUR + 58 * MINUTE) for hour in range(24)]
    corpus = pass_time(clock, Corpus(shards(500)), 2 * DAY, *away)
    assert corpus.done == set(shards(500))


def test_a_shard_that_breaks_whatever_is_done_is_left_after_three_runs(clock: Any) -> None:
    others = shards(2000)
    corpus = pass_time(clock, Corpus(["bad", *others], poison={"bad"}), DAY)
    assert corpus.done == set(others)
    assert corpus.runs["bad"] == 3


@pytest.mark.parametrize("room", [1, 20])
def test_many_that_break_hold_up_no_other(clock: Any, room: int) -> None:
    bad, others = shards(10, "bad"), shards(200)
    corpus = pass_time(clock, Corpus([*bad, *others], poison=set(bad), room=room), 2 * DAY)
    assert corpus.done == set(others)


def test_one_that_is_alone_is_tried_again_and_again(clock: Any) -> None:
    corpus = Corpus(["bad"], poison={"bad"})
    pass_time(clock, corpus, HOUR)
    assert corpus.runs["bad"] == 2
    pass_time(clock, corpus, 10 * HOUR)
    assert corpus.runs["bad"] == 7
    corpus.backlog = shards(100)
    pass_time(clock, corpus, 20 * HOUR)
    assert corpus.runs["bad"] == 9
