"""The pairs a trainer may rely on."""

import dagster as dg

from webscale_rl_dagster.assets.shards import make_shards, stage_options
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.expectations.standing import require_open
from webscale_rl_dagster.inference.journal import JournalPlace
from webscale_rl_dagster.resources.storage import StorageResource
from webscale_rl_dagster.schemas import STAGES
from webscale_rl_dagster.stages.publish import SOURCE, publish_pairs
from webscale_rl_dagster.storage.tables import TableWriter

GATES_OPEN = dg.AutomationCondition.all_deps_blocking_checks_passed()
PUBLISH = (
    dg.AutomationCondition.eager().replace(
        "any_deps_updated",
        dg.AutomationCondition.any_deps_updated() | GATES_OPEN.newly_true(),
    )
    & GATES_OPEN
)
"""As soon as what a shard is published from has changed, or its gates have opened."""


@dg.asset(
    deps=["raw_documents", "candidate_qa", "checked_qa"],
    automation_condition=PUBLISH,
    **stage_options(group="pairs", logic="3"),
)
def verified_qa(
    context: dg.AssetExecutionContext,
    storage: StorageResource,
    settings: dg.ResourceParam[Config],
) -> None:
    """The pairs a trainer may rely on, as canonical records with their source.

    **In**: what `checked_qa` accepted, with `candidate_qa` and the source from `raw_documents`.

    **Out**: a row per published pair. No model is asked.

    **Drops**: nothing. It refuses a shard as a whole unless every gate before it is open for the
    data as it lies on storage now.

    **Again**: once the gate that refused is open, materialize the shard.
    """
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

    make_shards(context, tables, settings, make)
