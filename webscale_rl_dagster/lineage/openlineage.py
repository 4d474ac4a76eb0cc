"""What happened to a stage's table, as OpenLineage run events. Imported only where they are sent.

A job is a stage, or the check of one; a run of it is its work on one shard in one run of Dagster.
Datasets are whole tables: which file of them was written is in the facet `subset`. No event holds
text of a document, of a pair or of an error's message.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    JobFacet,
    RunFacet,
    error_message_run,
    job_type_job,
    parent_run,
    processing_engine_run,
    tags_run,
)

from webscale_rl_dagster.lineage.openlineage_datasets import (
    PRODUCER,
    Written,
    judged,
    source,
    table,
    upstream,
    written,
)

NAMESPACE = "webscale-rl-dagster"
"""Of jobs."""


@dataclass(frozen=True, slots=True)
class Made:
    """A table was written."""

    table: Written
    code_version: str | None
    source: str | None = None
    """URI of the file that was ingested."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A gate came to a verdict."""

    passed: bool
    shut_by: tuple[str, ...]
    """Names of the expectations that shut it."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A step failed."""

    error: str
    """Its kind, not its message, which may quote a document."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a run of Dagster did to one stage of a shard."""

    stage: str
    shard: str | None
    """Or the release's name; None: it is not known which."""
    run_id: str
    job: str
    """Of Dagster."""
    engine: str
    """Dagster's version."""
    began: datetime
    ended: datetime
    result: Made | Judged | Broken


def events(step: Step, root: str) -> list[RunEvent]:
    """START and what came of it; the same step makes the same events.

    `root` is the storage's.
    """
    inputs, outputs = _datasets(step, root)
    end = RunState.FAIL if isinstance(step.result, Broken) else RunState.COMPLETE
    moments = ((RunState.START, step.began), (end, step.ended))
    return [
        RunEvent(
            eventType=state,
            eventTime=moment.isoformat(),
            run=Run(run_id(step), _run_facets(step, state)),
            job=Job(NAMESPACE, _name(step), _job_facets()),
            inputs=inputs,
            outputs=[] if state is RunState.START else outputs,
            producer=PRODUCER,
        )
        for state, moment in moments
    ]


def run_id(step: Step) -> str:
    """A UUID of Dagster's run, the job and the shard."""
    return str(uuid5(NAMESPACE_URL, f"{PRODUCER}/{step.run_id}/{_name(step)}/{step.shard or ''}"))


def _datasets(step: Step, root: str) -> tuple[list[InputDataset], list[OutputDataset]]:
    match step.result:
        case Judged(passed, shut_by):
            return [judged(root, step.stage, _name(step), passed, shut_by)], []
        case Made(output, _, file):
            sources = [source(file)] if file else []
            inputs = [InputDataset(*table(root, name)) for name in upstream(step.stage)]
            return [*sources, *inputs], [written(root, step.stage, output)]
        case Broken():
            inputs = [InputDataset(*table(root, name)) for name in upstream(step.stage)]
            return inputs, [OutputDataset(*table(root, step.stage))]


def _name(step: Step) -> str:
    return f"{step.stage}_suite" if isinstance(step.result, Judged) else step.stage


def _job_facets() -> dict[str, JobFacet]:
    kind = job_type_job.JobTypeJobFacet("BATCH", "DAGSTER", "ASSET", producer=PRODUCER)
    return {"jobType": kind}


def _run_facets(step: Step, state: RunState) -> dict[str, RunFacet]:
    tags = {"shard": step.shard}
    facets: dict[str, RunFacet] = {
        "parent": parent_run.ParentRunFacet(
            parent_run.Run(step.run_id), parent_run.Job(NAMESPACE, step.job), producer=PRODUCER
        ),
        "processing_engine": processing_engine_run.ProcessingEngineRunFacet(
            step.engine, "Dagster", producer=PRODUCER
        ),
    }
    if isinstance(step.result, Made):
        tags["code_version"] = step.result.code_version
    elif isinstance(step.result, Broken) and state is RunState.FAIL:
        facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(
            f"{step.result.error}; Dagster's run {step.run_id} tells more", "python",
            producer=PRODUCER,
        )  # fmt: skip
    fields = [tags_run.TagsRunFacetFields(key, value) for key, value in tags.items() if value]
    return facets | {"tags": tags_run.TagsRunFacet(fields, producer=PRODUCER)}
