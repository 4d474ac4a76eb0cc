"""The corpus as it came, cut into shards."""

from __future__ import annotations

import dagster as dg

from webscale_rl_dagster.assets.shards import OWNERS
from webscale_rl_dagster.partitions import SHARDS

_DESCRIPTION = """Documents of one shard of a corpus with their source, licence and text.

**In**: corpus files: a folder, a file or a bucket.

**Out**: a row per document. Shards are registered as partitions while they are written.

**Drops**: what was ingested before, exactly or nearly, and what was removed. Records that cannot be
read are quarantined with file, position and reason.

**Again**: launch the job `ingest_corpus`, or `webscale-rl ingest`; what is stored is not stored
twice. It cannot be materialized here."""

raw_documents = dg.AssetSpec(
    "raw_documents",
    description=_DESCRIPTION,
    partitions_def=SHARDS,
    group_name="documents",
    kinds={"polars", "parquet"},
    owners=OWNERS,
)
