"""Questions and answers, not yet judged."""

import dagster as dg

from webscale_rl_dagster.assets.shards import make_shards, stage_options
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.expectations.standing import require_open
from webscale_rl_dagster.inference.journal import JournalPlace
from webscale_rl_dagster.inference.progress import Progress
from webscale_rl_dagster.inference.usage import Usage
from webscale_rl_dagster.resources.models import ModelsResource
from webscale_rl_dagster.resources.storage import StorageResource
from webscale_rl_dagster.stages.documents import TEXT
from webscale_rl_dagster.stages.generate import generate_candidates
from webscale_rl_dagster.storage.tables import TableWriter


@dg.asset(
    deps=["raw_documents", "classified_documents"],
    **stage_options(group="pairs", logic="2", templates=["generate", "answer"]),
)
def candidate_qa(
    context: dg.AssetExecutionContext,
    storage: StorageResource,
    models: ModelsResource,
    settings: dg.ResourceParam[Config],
    progress: dg.ResourceParam[Progress],
) -> None:
    """One candidate question and answer per window of a document and persona, drawn from it.

    **In**: what `classified_documents` kept, with the text from `raw_documents`.

    **Out**: a row per window and persona, with question, answer and the evidence for it.

    **Drops**: where no answer was found in the text, or no question that leads to it.

    **Again**: materialize the shard; finished model calls come from the journal and cost nothing. A
    changed prompt is a changed call, and is paid.
    """
    require_open(context, "classified_documents")
    tables = storage.tables()

    def make(place: JournalPlace, writer: TableWriter) -> Usage:
        return models.run(
            "generator",
            place=place,
            objects=tables.objects,
            progress=progress,
            rows=tables.height("classified_documents", place.shard, kept=True),
            work=lambda dispatchers: generate_candidates(
                tables.kept_rows("classified_documents", place.shard),
                tables.kept_rows("raw_documents", place.shard, columns=TEXT),
                dispatchers["generator"],
                shard=place.shard,
                style=settings.generator_style,
                samples=settings.generator.samples,
            ),
            write=writer.add,
        )

    make_shards(context, tables, settings, make)
