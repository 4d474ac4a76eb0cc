"""What Dagster's partitions are: shards of corpora, and releases."""

from __future__ import annotations

import dagster as dg

SHARDS = dg.DynamicPartitionsDefinition(name="shards")
"""By `identity.ShardKey`; every stage has them."""
RELEASES = dg.DynamicPartitionsDefinition(name="releases")
"""By name, such as v1."""
