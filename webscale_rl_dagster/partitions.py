"""The one partition dimension: a shard of a corpus, keyed by `identity.ShardKey`."""

from __future__ import annotations

import dagster as dg

SHARDS = dg.DynamicPartitionsDefinition(name="shards")
