"""What of a corpus is under way, or ingested and not yet taken up by the chain."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import dagster as dg
from pydantic import TypeAdapter, ValidationError

from webscale_rl_dagster.automation.cursors import cursor_of_sensor
from webscale_rl_dagster.identity import ShardKey

CORPUS, SHARD = "webscale_rl/corpus", "webscale_rl/shard"
"""Tags of runs."""
CHAIN = "chain"
"""The sensor that starts the stages of ingested shards."""

INGESTS, MAKES = "ingest_corpus", "make_pairs"
"""Jobs."""
ONE_INGESTS = "webscale_rl/ingests"
"""The tag of every run of `ingest_corpus`, of which the queue lets one go at a time."""

UNFINISHED = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]

_SETTLES_S = 3
"""An event may show a moment after one that was stored later; younger ones wait."""
_RETRIED_S = 600
"""A run that Dagster said it would retry is given so long; its daemon may have failed at it."""
_MOST_EVENTS = 500
_PAGES = 20
"""Of them in a tick of the chain."""
_CURSOR = TypeAdapter(dict[str, int])


class Ingested(NamedTuple):
    """That a shard of `raw_documents` was written by ingestion."""

    event: int
    """Its place in Dagster's log."""
    shard: str
    at: float
    """Unix time."""


class Ingestions(NamedTuple):
    """A page of them for one corpus."""

    shards: list[Ingested]
    upto: int
    """All events up to this one are told."""
    more: bool
    """Whether another page follows."""


def unfinished_runs(instance: dg.DagsterInstance, corpus: str, job: str) -> list[dg.DagsterRun]:
    """Those that are tagged with the corpus, whoever started them."""
    wanted = dg.RunsFilter(job_name=job, statuses=UNFINISHED, tags={CORPUS: corpus})
    return list(instance.get_runs(wanted))


def unfinished_ingestions(instance: dg.DagsterInstance, corpus: str) -> list[dg.DagsterRun]:
    """Whoever started them: a run from Dagster's launchpad names its corpus in its config alone.

    One that names none is of the only corpus there is, or fails at once.
    """
    runs = instance.get_runs(dg.RunsFilter(job_name=INGESTS, statuses=UNFINISHED))
    return [run for run in runs if _corpus_ingested(run) in (corpus, None)]


def waits_for_retry(record: dg.RunRecord) -> bool:
    """Whether the run failed, and Dagster is about to start it again."""
    waiting = record.dagster_run.is_complete_and_waiting_to_retry
    return waiting and (record.end_time or 0.0) > time.time() - _RETRIED_S


def ingestions(
    instance: dg.DagsterInstance, corpus: str, *, after: int, most: int = 1, pages: int = _PAGES
) -> Ingestions:
    """Pages of the log of all corpora, until there are so many shards or it has told enough.

    Tables that were rewritten are passed over.
    """
    shards: list[Ingested] = []
    for _ in range(pages):
        page = _page(instance, corpus, after)
        shards += page.shards
        after = page.upto
        if not page.more or len(shards) >= most:
            return Ingestions(shards, after, page.more)
    return Ingestions(shards, after, more=True)


def _page(instance: dg.DagsterInstance, corpus: str, after: int) -> Ingestions:
    found = instance.fetch_materializations(
        dg.AssetRecordsFilter(dg.AssetKey("raw_documents"), after_storage_id=after),
        limit=_MOST_EVENTS,
        ascending=True,
    )
    settled = time.time() - _SETTLES_S
    shards: list[Ingested] = []
    for record in found.records:
        if record.timestamp > settled:
            return Ingestions(shards, after, more=False)
        after = record.storage_id
        made = record.asset_materialization
        if made is None or made.partition is None or "why" in made.metadata:
            continue
        if _corpus_of(made.partition) == corpus:
            shards.append(Ingested(record.storage_id, made.partition, record.timestamp))
    return Ingestions(shards, after, found.has_more)


def outstanding(instance: dg.DagsterInstance, corpus: str, *, most: int) -> int:
    """Shards in unfinished runs of make_pairs, and those that no run was requested for.

    From `most` on they are not counted further.
    """
    count = len(unfinished_runs(instance, corpus, MAKES))
    after = chain_places(cursor_of_sensor(instance, CHAIN)).get(corpus, 0)
    published: Collection[str] | None = None
    backlog: set[str] = set()
    more = True
    while more and count + len(backlog) < most:
        found = ingestions(instance, corpus, after=after, most=most)
        after, more = found.upto, found.more
        if found.shards and published is None:
            published = instance.get_materialized_partitions(dg.AssetKey("verified_qa"))
        backlog |= {one.shard for one in found.shards}.difference(published or ())
    return count + len(backlog)


def chain_places(cursor: str | None) -> Mapping[str, int]:
    """By corpus, the event up to which the chain has taken up its shards."""
    try:
        return _CURSOR.validate_json(cursor or "{}")
    except ValidationError:
        return {}


def chain_cursor(places: Mapping[str, int]) -> str:
    """What `chain_places` reads."""
    return _CURSOR.dump_json(dict(places)).decode()


def _corpus_ingested(run: dg.DagsterRun) -> str | None:
    """None if it names none."""
    if CORPUS in run.tags:
        return run.tags[CORPUS]
    config: Any = run.run_config
    for key in ("ops", "ingest_files", "config", "corpus"):
        config = config.get(key) if isinstance(config, Mapping) else None
    return config if isinstance(config, str) and config else None


def _corpus_of(partition: str) -> str | None:
    try:
        return ShardKey.parse(partition).corpus
    except ValueError:
        return None
