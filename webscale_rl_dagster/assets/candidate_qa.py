"""Questions and answers, not yet judged."""

import dagster as dg

from webscale_rl_dagster.assets.shards import Made, make_shards, stage_options
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.expectations.gate import require_open
from webscale_rl_dagster.inference.journal import JournalPlace
from webscale_rl_dagster.inference.progress import Progress
from webscale_rl_dagster.resources.models import ModelsResource
from webscale_rl_dagster.resources.storage import StorageResource
from webscale_rl_dagster.stages.documents import kept_documents
from webscale_rl_dagster.stages.generate import generate_candidates


@dg.asset(
    deps=["raw_documents", "classified_documents"],
    **stage_options(group="pairs", logic="1", templates=["generate", "answer"]),
)
def candidate_qa(
    context: dg.AssetExecutionContext,
    storage: StorageResource,
    models: ModelsResource,
    settings: dg.ResourceParam[Config],
    progress: dg.ResourceParam[Progress],
) -> None:
    """One candidate question and answer per document and persona, drawn from the document."""
    require_open(context, "classified_documents")
    tables = storage.tables()

    def make(place: JournalPlace) -> Made:
        documents = kept_documents(tables, "classified_documents", place.shard)
        return Made(
            *models.run(
                "generator",
                place,
                objects=tables.objects,
                progress=progress,
                rows=documents.height,
                work=lambda dispatcher: generate_candidates(
                    documents,
                    dispatcher,
                    shard=place.shard,
                    style=settings.generator_style,
                    samples=settings.generator.samples,
                ),
            )
        )

    make_shards(context, tables, make)
