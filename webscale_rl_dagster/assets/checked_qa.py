"""Candidates with every verdict on them."""

import dagster as dg

from webscale_rl_dagster.assets.shards import make_shards, stage_options
from webscale_rl_dagster.expectations.gate import require_open
from webscale_rl_dagster.inference.journal import JournalPlace
from webscale_rl_dagster.inference.progress import Progress
from webscale_rl_dagster.inference.usage import Usage
from webscale_rl_dagster.resources.models import ModelsResource
from webscale_rl_dagster.resources.storage import StorageResource
from webscale_rl_dagster.stages.check import check_candidates
from webscale_rl_dagster.stages.documents import TEXT
from webscale_rl_dagster.storage.tables import TableWriter


@dg.asset(
    deps=["raw_documents", "candidate_qa"],
    **stage_options(group="pairs", logic="2", templates=["check"]),
)
def checked_qa(
    context: dg.AssetExecutionContext,
    storage: StorageResource,
    models: ModelsResource,
    progress: dg.ResourceParam[Progress],
) -> None:
    """Candidates judged by rules that need no model, then by the paper's three-way model check."""
    require_open(context, "candidate_qa")
    tables = storage.tables()

    def make(place: JournalPlace, writer: TableWriter) -> Usage:
        return models.run(
            "checker",
            place,
            objects=tables.objects,
            progress=progress,
            rows=tables.height("candidate_qa", place.shard, kept=True),
            work=lambda dispatcher: check_candidates(
                tables.kept_rows("candidate_qa", place.shard),
                tables.kept_rows("raw_documents", place.shard, columns=TEXT),
                dispatcher,
            ),
            write=writer.add,
        )

    make_shards(context, tables, make)
