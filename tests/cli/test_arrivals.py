"""`webscale-rl arrivals`: what came, what failed, and how it is tried again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.pipeline import Pipeline
from webscale_rl_dagster.corpora.arrivals.folder import FolderListing
from webscale_rl_dagster.corpora.arrivals.looking import look
from webscale_rl_dagster.corpora.arrivals.outcomes import record_outcome
from webscale_rl_dagster.corpora.arrivals.rows import Outcome


def arrive(pipeline: Pipeline) -> None:
    """Two files, one of which cannot be read."""
    folder = pipeline.folder / "corpus"
    folder.mkdir()
    pipeline.configure(corpora=[{"name": "towns", "uri": str(folder), "ingestion": {}}])
    for name in ("a.jsonl", "b.jsonl"):
        (folder / name).write_text("no json")
    see(pipeline, folder)
    failed = look(pipeline.tables.objects, "towns", None, names_sort=True).rows.row(1, named=True)
    record_outcome(
        pipeline.tables.objects,
        "towns",
        "run-1",
        Outcome(
            uri=failed["uri"],
            version=failed["version"],
            state="failed",
            at=datetime.now(UTC),
            reason="no record could be read",
        ),
    )
    see(pipeline, folder)


def see(pipeline: Pipeline, folder: Path) -> None:
    look(pipeline.tables.objects, "towns", FolderListing(folder, "auto"), names_sort=True)


def told(pipeline: Pipeline, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(pipeline("arrivals", "--json", *arguments).stdout)["towns"]
    return found


def test_counts_and_failures_are_told(pipeline: Pipeline) -> None:
    arrive(pipeline)
    towns = told(pipeline)
    assert (towns["files"], towns["waiting"], towns["failed"]) == (2, 1, 1)
    [failure] = towns["failures"]
    assert failure["uri"].endswith("/corpus/b.jsonl")
    shown = pipeline("arrivals").stdout
    assert "b.jsonl: no record could be read" in shown


def test_failed_files_wait_again_when_they_are_to_be_retried(pipeline: Pipeline) -> None:
    arrive(pipeline)
    towns = told(pipeline, "--retry", "towns")
    assert (towns["waiting"], towns["failed"]) == (2, 0)


def test_what_has_no_ingestion_cannot_be_retried(pipeline: Pipeline) -> None:
    arrive(pipeline)
    result = pipeline("arrivals", "--retry", "villages", exit_code=1)
    assert str(result.exception) == (
        "no corpus 'villages' has `ingestion` in pipeline.yaml; these have: towns"
    )


def test_without_ingestion_there_is_nothing_to_tell(pipeline: Pipeline) -> None:
    assert pipeline("arrivals").stdout == "no corpus has `ingestion` in pipeline.yaml\n"
