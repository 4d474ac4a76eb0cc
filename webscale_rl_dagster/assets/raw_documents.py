"""The corpus as it came, cut into shards."""

from __future__ import annotations

import dagster as dg

from webscale_rl_dagster.assets.shards import OWNERS
from webscale_rl_dagster.partitions import SHARDS

raw_documents = dg.AssetSpec(
    "raw_documents",
    description=(
        "Documents of one shard of a corpus with their source, licence and text. Written by the "
        "`ingest` job, which reads corpus files, registers their shards and reports each here."
    ),
    partitions_def=SHARDS,
    group_name="documents",
    kinds={"polars", "parquet"},
    owners=OWNERS,
)
