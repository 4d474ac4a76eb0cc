"""Which documents a question can be drawn from."""

import dagster as dg

from webscale_rl_dagster.assets.shards import make_shards, stage_options
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.expectations.gate import judge_unjudged
from webscale_rl_dagster.expectations.standing import require_open
from webscale_rl_dagster.inference.journal import JournalPlace
from webscale_rl_dagster.inference.progress import Progress
from webscale_rl_dagster.inference.usage import Usage
from webscale_rl_dagster.resources.decontamination import DecontaminationResource
from webscale_rl_dagster.resources.models import ModelsResource
from webscale_rl_dagster.resources.storage import StorageResource
from webscale_rl_dagster.stages.documents import TEXT
from webscale_rl_dagster.stages.filter import filter_documents
from webscale_rl_dagster.stages.windows import windower
from webscale_rl_dagster.storage.tables import TableWriter


@dg.asset(
    deps=["raw_documents"],
    **stage_options(group="documents", logic="3", templates=["filter"]),
)
def filtered_documents(
    context: dg.AssetExecutionContext,
    storage: StorageResource,
    models: ModelsResource,
    decontamination: DecontaminationResource,
    settings: dg.ResourceParam[Config],
    progress: dg.ResourceParam[Progress],
) -> None:
    """Which documents a question can be drawn from, a row per document or window of a long one.

    **In**: the documents of `raw_documents`, once its gate is open.

    **Out**: every one of them, `kept` or with the `reason` why not.

    **Drops**: by heuristics what is short, in another language, boilerplate or broken; what holds a
    benchmark's item; then what the filter model finds unfit.

    **Again**: materialize the shard; finished model calls come from the journal and cost nothing. A
    gate shut by `kept_share` wants a look at the corpus, or `gates.min_kept_documents` lowered.
    """
    judge_unjudged(context, "raw_documents")
    require_open(context, "raw_documents")
    tables = storage.tables()
    decontaminator = decontamination.opened()
    cutter = windower(settings)

    def make(place: JournalPlace, writer: TableWriter) -> Usage:
        return models.run(
            "filter",
            place=place,
            objects=tables.objects,
            progress=progress,
            rows=tables.height("raw_documents", place.shard, kept=True),
            work=lambda dispatchers: filter_documents(
                tables.kept_rows("raw_documents", place.shard, columns=TEXT),
                dispatchers["filter"],
                settings.filter,
                cutter,
                decontaminator,
            ),
            write=writer.add,
        )

    make_shards(context, tables, settings, make)
