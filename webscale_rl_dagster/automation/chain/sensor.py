"""The sensor that makes pairs of every shard that arrives in a corpus with `ingestion`."""

# No `from __future__ import annotations`: Dagster reads the sensor's annotations as objects.
import time
from collections.abc import Sequence
from itertools import takewhile
from typing import TypeVar

import dagster as dg

from webscale_rl_dagster.automation.chain.failing import FAILURES, Broken, recent_runs
from webscale_rl_dagster.automation.chain.places import CHAIN, chain_cursor, chain_places
from webscale_rl_dagster.automation.failures import EndedByGate
from webscale_rl_dagster.automation.ingested_shards import Ingested, ingestions
from webscale_rl_dagster.automation.jobs import make_pairs
from webscale_rl_dagster.automation.tags import CORPUS, MAKES, SHARD
from webscale_rl_dagster.automation.unfinished import unfinished_runs
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.partitions import SHARDS

_VERIFIED = dg.AssetKey("verified_qa")
_REGISTERED_S = 600
Shard = TypeVar("Shard", Ingested, Broken)


def chain_sensor(config: Config) -> dg.SensorDefinition:
    """For the corpora that have `ingestion`, of which there is one at least."""
    arriving = {one.name: one.ingestion for one in config.corpora if one.ingestion is not None}
    ended_by_gate = EndedByGate()

    @dg.sensor(
        name=CHAIN,
        job=make_pairs,
        minimum_interval_seconds=min(one.every_s for one in arriving.values()),
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=(
            "Starts make_pairs for each shard that ingestion writes to "
            f"{', '.join(arriving)}; never more than a corpus's `max_queued_shards` at once."
        ),
    )
    def chain(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        """Every corpus has a place of its own, so that a full one does not hold up the others."""
        places = dict(chain_places(context.cursor))
        requests: list[dg.RunRequest] = []
        held: list[str] = []
        for corpus, ingestion in arriving.items():
            most = ingestion.max_queued_shards
            recent = recent_runs(
                context.instance, corpus, ended_by_gate=ended_by_gate, most_under_way=most
            )
            under_way = len(unfinished_runs(context.instance, corpus, MAKES))
            room = max(0, (most if recent.probe_at is None else 1) - under_way)
            after = places.get(corpus, 0)
            found = ingestions(context.instance, corpus, after=after, most=max(1, room))
            registered = _registered(context.instance, found.shards)
            behind = found.shards[len(registered) :]
            places[corpus] = behind[0].event - 1 if behind else found.upto
            broken = _unpublished(context.instance, recent.broken)
            known = {one.shard for one in broken}
            fresh = [
                one for one in _unpublished(context.instance, registered) if one.shard not in known
            ]
            chosen = recent.choose(broken, fresh, room)
            requests += [_request(corpus, one) for one in chosen]
            if left := fresh[sum(isinstance(one, Ingested) for one in chosen) :]:
                places[corpus] = left[0].event - 1
                held.append(f"{len(left)} shards of {corpus} wait for room")
            if recent.probe_at is not None:
                held.append(_outage(corpus, recent.probe_at))
        cursor = chain_cursor(places)
        if not requests:
            return dg.SensorResult(skip_reason="; ".join(held) or "no new shard", cursor=cursor)
        return dg.SensorResult(run_requests=requests, cursor=cursor)

    return chain


def _registered(instance: dg.DagsterInstance, shards: list[Ingested]) -> list[Ingested]:
    """Those before one whose partition is still to come, as it does last when a lost run is mended.

    One that never comes is of a shard that was taken back.
    """
    if not shards:
        return []
    known = set(instance.get_dynamic_partitions(str(SHARDS.name)))
    long_ago = time.time() - _REGISTERED_S
    return list(takewhile(lambda one: one.shard in known or one.at < long_ago, shards))


def _unpublished(instance: dg.DagsterInstance, shards: Sequence[Shard]) -> list[Shard]:
    """Shards that were published before this sensor was turned on are left as they are."""
    if not shards:
        return []
    wanted = set(instance.get_dynamic_partitions(str(SHARDS.name)))
    wanted -= instance.get_materialized_partitions(_VERIFIED)
    return [one for one in shards if one.shard in wanted]


def _outage(corpus: str, probe_at: float) -> str:
    rests = max(0.0, probe_at - time.time())
    return f"runs of {corpus} fail: one at a time until one succeeds, the next in {rests:.0f} s"


def _request(corpus: str, one: Broken | Ingested) -> dg.RunRequest:
    """Of the run that failed, or of the event that ingested the shard."""
    tags = {CORPUS: corpus, SHARD: one.shard}
    if isinstance(one, Broken):
        key, tags = one.run_id, tags | {FAILURES: str(one.failures)}
    else:
        key = str(one.event)
    return dg.RunRequest(run_key=f"{one.shard}@{key}", partition_key=one.shard, tags=tags)
