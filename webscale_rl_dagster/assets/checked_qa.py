"""Candidates with every verdict on them."""

from collections.abc import AsyncIterator

import dagster as dg

from webscale_rl_dagster.assets.shards import make_shards, stage_options
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.expectations.standing import require_open
from webscale_rl_dagster.inference.journal import JournalPlace
from webscale_rl_dagster.inference.progress import Progress
from webscale_rl_dagster.inference.usage import Usage
from webscale_rl_dagster.resources.decontamination import DecontaminationResource
from webscale_rl_dagster.resources.models import Dispatchers, ModelsResource
from webscale_rl_dagster.resources.storage import StorageResource
from webscale_rl_dagster.stages.check import Judges, check_candidates
from webscale_rl_dagster.stages.documents import TEXT
from webscale_rl_dagster.storage.tables import Row, TableWriter

TEMPLATES = ["check", "probe_closed", "probe_open", "rival"]


@dg.asset(
    deps=["raw_documents", "candidate_qa"],
    **stage_options(group="pairs", logic="3", templates=TEMPLATES),
)
def checked_qa(
    context: dg.AssetExecutionContext,
    storage: StorageResource,
    models: ModelsResource,
    decontamination: DecontaminationResource,
    settings: dg.ResourceParam[Config],
    progress: dg.ResourceParam[Progress],
) -> None:
    """Candidates with every verdict on them: rules, verifiers, benchmarks, models, repeats.

    **In**: what `candidate_qa` kept, with the text from `raw_documents`.

    **Out**: a row for each, with all its `verdicts`; `acceptance` is the share that passed.

    **Drops**: what broke a verdict that `verification.profile` asks for; `reason` has the first.

    **Again**: materialize the shard; finished model calls come from the journal and cost nothing. A
    gate shut by the acceptance rate says that generator or checker is broken: read the rejected
    pairs on the audit page before `gates.acceptance_rate` is changed.
    """
    require_open(context, "candidate_qa")
    tables = storage.tables()
    decontaminator = decontamination.opened()
    roles = [role for role in settings.roles if role in ("checker", "prober")]

    def make(place: JournalPlace, writer: TableWriter) -> Usage:
        def work(dispatchers: Dispatchers) -> AsyncIterator[Row]:
            return check_candidates(
                tables.kept_rows("candidate_qa", place.shard),
                tables.kept_rows("raw_documents", place.shard, columns=TEXT),
                Judges(
                    checker=dispatchers["checker"],
                    prober=dispatchers.get("prober"),
                    decontaminator=decontaminator,
                    benchmarks=decontamination.names,
                ),
                settings.verification,
            )

        return models.run(
            *roles,
            place=place,
            objects=tables.objects,
            progress=progress,
            rows=tables.height("candidate_qa", place.shard, kept=True),
            work=work,
            write=writer.add,
        )

    make_shards(context, tables, settings, make)
