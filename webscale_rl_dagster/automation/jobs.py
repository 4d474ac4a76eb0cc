"""The chain from a registered shard to its published pairs, and what makes a release, as jobs."""

from __future__ import annotations

import dagster as dg

from webscale_rl_dagster.expectations.evaluation import check_key
from webscale_rl_dagster.partitions import SHARDS, shard_tags
from webscale_rl_dagster.schemas import STAGES

MADE = tuple(stage for stage in STAGES if stage != "raw_documents")
"""The stages a run makes; `raw_documents` comes from ingestion."""

make_pairs = dg.define_asset_job(
    "make_pairs",
    description="Every stage of a shard with its gates, from raw_documents to verified_qa.",
    selection=dg.AssetSelection.assets(*MADE)
    | dg.AssetSelection.checks(check_key("raw_documents")),
    config=dg.PartitionedConfig(
        SHARDS,
        run_config_for_partition_key_fn=lambda _shard: {},
        tags_for_partition_key_fn=shard_tags,
    ),
)

make_release = dg.define_asset_job(
    "make_release",
    description="A release of what all shards publish, and its gate.",
    selection=dg.AssetSelection.assets("dataset_release"),
)

build_docs = dg.define_asset_job(
    "build_data_docs",
    description="Great Expectations' site of the newest validations.",
    selection=dg.AssetSelection.assets("data_docs"),
)

data_docs_daily = dg.ScheduleDefinition(
    name="data_docs_daily",
    job=build_docs,
    cron_schedule="0 5 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Builds Data Docs anew at five in the morning, UTC.",
)
