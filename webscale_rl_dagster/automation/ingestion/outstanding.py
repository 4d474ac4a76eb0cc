"""How many shards of a corpus are still to be made into pairs."""

from __future__ import annotations

from collections.abc import Collection

import dagster as dg

from webscale_rl_dagster.automation.chain.places import CHAIN, chain_places
from webscale_rl_dagster.automation.cursors import cursor_of_sensor
from webscale_rl_dagster.automation.ingested_shards import ingestions
from webscale_rl_dagster.automation.tags import MAKES
from webscale_rl_dagster.automation.unfinished import unfinished_runs


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
