"""The pairs a trainer may rely on."""

import dagster as dg

from webscale_rl_dagster.assets.shards import make_shards, stage_options
from webscale_rl_dagster.expectations.gate import require_open
from webscale_rl_dagster.inference.journal import JournalPlace
from webscale_rl_dagster.resources.storage import StorageResource
from webscale_rl_dagster.schemas import STAGES
from webscale_rl_dagster.stages.publish import SOURCE, publish_pairs
from webscale_rl_dagster.storage.tables import TableWriter


@dg.asset(
    deps=["raw_documents", "candidate_qa", "checked_qa"],
    **stage_options(group="pairs", logic="3"),
)
def verified_qa(context: dg.AssetExecutionContext, storage: StorageResource) -> None:
    """Accepted pairs as canonical records; refuses a shard unless every gate before it is open."""
    require_open(context, *(stage for stage in STAGES if stage != "verified_qa"))
    tables = storage.tables()

    def make(place: JournalPlace, writer: TableWriter) -> None:
        pairs = publish_pairs(
            tables.kept_rows("checked_qa", place.shard),
            tables.kept_rows("candidate_qa", place.shard),
            tables.kept_rows("raw_documents", place.shard, columns=SOURCE),
        )
        for pair in pairs:
            writer.add(pair)

    make_shards(context, tables, make)
