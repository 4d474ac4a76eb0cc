"""What Dagster's partitions are: shards of corpora, and releases."""

from __future__ import annotations

import dagster as dg
from sqlalchemy.exc import IntegrityError

SHARDS = dg.DynamicPartitionsDefinition(name="shards")
"""By `identity.ShardKey`; every stage has them."""
RELEASES = dg.DynamicPartitionsDefinition(name="releases")
"""By name, such as v1."""

CORPUS_TAG, SHARD_TAG = "webscale_rl/corpus", "webscale_rl/shard"
"""Tags of runs, by which the UI finds them."""


def add_partition(
    instance: dg.DagsterInstance, partitions: dg.DynamicPartitionsDefinition, key: str
) -> None:
    """Nothing if it is there, also where another process adds it at the same moment.

    Dagster looks first and then inserts; on SQLite the later of two inserts fails.
    """
    name = str(partitions.name)
    try:
        instance.add_dynamic_partitions(name, [key])
    except IntegrityError:
        if not instance.has_dynamic_partition(name, key):
            raise


def shard_tags(shard: str) -> dict[str, str]:
    """Of a run on one shard."""
    return {SHARD_TAG: shard, CORPUS_TAG: shard.partition("/")[0]}
