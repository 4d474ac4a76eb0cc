"""What a document is about, and who would ask about it."""

import dagster as dg

from webscale_rl_dagster.assets.shards import make_shards, stage_options
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.expectations.standing import require_open
from webscale_rl_dagster.inference.journal import JournalPlace
from webscale_rl_dagster.inference.progress import Progress
from webscale_rl_dagster.inference.usage import Usage
from webscale_rl_dagster.resources.models import ModelsResource
from webscale_rl_dagster.resources.storage import StorageResource
from webscale_rl_dagster.stages.classify import classify_documents
from webscale_rl_dagster.stages.documents import TEXT
from webscale_rl_dagster.storage.tables import TableWriter


@dg.asset(
    deps=["raw_documents", "filtered_documents"],
    **stage_options(group="documents", logic="2", templates=["classify"]),
)
def classified_documents(
    context: dg.AssetExecutionContext,
    storage: StorageResource,
    models: ModelsResource,
    settings: dg.ResourceParam[Config],
    progress: dg.ResourceParam[Progress],
) -> None:
    """Each document's domain, one of the paper's ten, and up to three personas to ask as.

    **In**: what `filtered_documents` kept, with the text from `raw_documents`.

    **Out**: a row for each, with `domain` and `personas`.

    **Drops**: only what the model gave no usable answer for.

    **Again**: materialize the shard; finished model calls come from the journal and cost nothing. A
    gate shut by the domain's share says that the classifier, or the corpus, knows one domain only.
    """
    require_open(context, "filtered_documents")
    tables = storage.tables()

    def make(place: JournalPlace, writer: TableWriter) -> Usage:
        return models.run(
            "classifier",
            place=place,
            objects=tables.objects,
            progress=progress,
            rows=tables.height("filtered_documents", place.shard, kept=True),
            work=lambda dispatchers: classify_documents(
                tables.kept_rows("filtered_documents", place.shard),
                tables.kept_rows("raw_documents", place.shard, columns=TEXT),
                dispatchers["classifier"],
                personas=settings.personas_per_document,
                shortlist=settings.domain_shortlist,
            ),
            write=writer.add,
        )

    make_shards(context, tables, settings, make)
