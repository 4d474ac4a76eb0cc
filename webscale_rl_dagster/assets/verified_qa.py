"""The pairs a trainer may rely on."""

import dagster as dg

from webscale_rl_dagster.assets.shards import Made, make_shards, stage_options
from webscale_rl_dagster.expectations.gate import require_open
from webscale_rl_dagster.inference.journal import JournalPlace
from webscale_rl_dagster.resources.storage import StorageResource
from webscale_rl_dagster.schemas import STAGES
from webscale_rl_dagster.stages.publish import publish_pairs


@dg.asset(
    deps=["raw_documents", "candidate_qa", "checked_qa"],
    **stage_options(group="pairs", logic="1"),
)
def verified_qa(context: dg.AssetExecutionContext, storage: StorageResource) -> None:
    """Accepted pairs as canonical records; refuses a shard unless every gate before it is open."""
    require_open(context, *(stage for stage in STAGES if stage != "verified_qa"))
    tables = storage.tables()

    def make(place: JournalPlace) -> Made:
        return Made(
            publish_pairs(
                tables.kept("checked_qa", place.shard),
                tables.kept("candidate_qa", place.shard),
                tables.kept("raw_documents", place.shard),
            )
        )

    make_shards(context, tables, make)
