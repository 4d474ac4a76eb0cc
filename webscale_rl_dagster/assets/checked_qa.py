"""Candidates with every verdict on them."""

import dagster as dg

from webscale_rl_dagster.assets.shards import Made, make_shards, stage_options
from webscale_rl_dagster.expectations.gate import require_open
from webscale_rl_dagster.inference.journal import JournalPlace
from webscale_rl_dagster.inference.progress import Progress
from webscale_rl_dagster.resources.models import ModelsResource
from webscale_rl_dagster.resources.storage import StorageResource
from webscale_rl_dagster.stages.check import check_candidates


@dg.asset(
    deps=["raw_documents", "candidate_qa"],
    **stage_options(group="pairs", logic="1", templates=["check"]),
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

    def make(place: JournalPlace) -> Made:
        candidates = tables.kept("candidate_qa", place.shard)
        documents = tables.kept("raw_documents", place.shard)
        return Made(
            *models.run(
                "checker",
                place,
                objects=tables.objects,
                progress=progress,
                rows=candidates.height,
                work=lambda dispatcher: check_candidates(
                    candidates, documents.select("document_id", "text", "title"), dispatcher
                ),
            )
        )

    make_shards(context, tables, make)
