"""The chain from a registered shard to its published pairs, and what makes a release, as jobs."""

from __future__ import annotations

import dagster as dg

from webscale_rl_dagster.schemas import STAGES

MADE = tuple(stage for stage in STAGES if stage != "raw_documents")
"""The stages a run makes; `raw_documents` comes from ingestion."""

make_pairs = dg.define_asset_job(
    "make_pairs",
    description="Every stage of a shard with its gates, from raw_documents to verified_qa.",
    selection=dg.AssetSelection.assets(*MADE)
    | dg.AssetSelection.checks_for_assets("raw_documents"),
)

make_release = dg.define_asset_job(
    "make_release",
    description="A release of what all shards publish, and its gate.",
    selection=dg.AssetSelection.assets("dataset_release"),
)
