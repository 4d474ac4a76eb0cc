"""Ctrl-C ends a run of shards wherever it strikes: Dagster only notes one between its steps."""

from __future__ import annotations

import os
import signal
from typing import Any

import dagster as dg
import pytest

from tests.pipeline import Pipeline, town

INTERRUPTED = 130


@pytest.mark.parametrize(
    "event",
    [
        "PIPELINE_START",
        "ENGINE_EVENT",
        "RESOURCE_INIT_STARTED",
        "RESOURCE_INIT_SUCCESS",
        "STEP_START",
        "LOGS_CAPTURED",
        "STEP_SUCCESS",
    ],
)
def test_a_signal_between_two_steps_ends_the_run(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    pipeline.ingest("towns.jsonl", [town(0)])
    interrupt_at(event, monkeypatch)
    result = pipeline("run", "--all", exit_code=INTERRUPTED)
    assert "interrupted in" in result.output
    assert not pipeline.tables.shards("verified_qa")


def test_a_signal_at_the_end_of_a_shard_leaves_the_others(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.ingest("towns.jsonl", [town(0)])
    pipeline.ingest("more.jsonl", [town(1)])
    interrupt_at("PIPELINE_SUCCESS", monkeypatch)
    pipeline("run", "--all", exit_code=INTERRUPTED)
    assert len(pipeline.tables.shards("verified_qa")) == 1
    assert len(pipeline.shards) == 2


def interrupt_at(event: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, when Dagster stores the first event of that type."""
    store = dg.DagsterInstance.handle_new_event
    struck = []

    def strike(instance: dg.DagsterInstance, entry: Any, **options: Any) -> Any:
        found = entry.dagster_event.event_type_value if entry.dagster_event else None
        if found == event and not struck:
            struck.append(True)
            os.kill(os.getpid(), signal.SIGINT)
        return store(instance, entry, **options)

    monkeypatch.setattr(dg.DagsterInstance, "handle_new_event", strike)
