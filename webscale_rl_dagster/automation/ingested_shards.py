"""Which shards ingestion wrote, as Dagster's log has them after an event."""

from __future__ import annotations

import time
from typing import NamedTuple

import dagster as dg

from webscale_rl_dagster.identity import ShardKey

_SETTLES_S = 3
"""An event may show a moment after one that was stored later; younger ones wait."""
_MOST_EVENTS = 500
"""A page."""
_PAGES = 20
"""Of them in a tick of the chain."""


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


def _corpus_of(partition: str) -> str | None:
    try:
        return ShardKey.parse(partition).corpus
    except ValueError:
        return None
