"""A document that holds a benchmark question, through every asset and gate."""

from __future__ import annotations

import re

import pytest

from tests.decontamination.indexes import write_jsonl
from tests.pipeline import Pipeline, town
from webscale_rl_dagster.errors import BenchmarkError
from webscale_rl_dagster.identity import document_id

QUESTION = (
    "A miller grinds 14 sacks of rye and 9 of oats between dawn and noon; if each sack of rye "
    "takes a third longer than one of oats, how many minutes does a sack of oats take?"
)
TOWNS = [town(number) for number in range(5)]
QUOTING = f"{town(5)} The schoolbook of the town is known for its riddle. {QUESTION}"


def rows_of(pipeline: Pipeline, table: str) -> list[dict[str, object]]:
    return [row for shard in pipeline.shards for row in pipeline.tables.rows(table, shard)]


def test_it_is_dropped_with_evidence_and_never_asked_about(pipeline: Pipeline) -> None:
    path = write_jsonl(pipeline.folder / "mills" / "dev.jsonl", [{"question": QUESTION}])
    pipeline("benchmarks", "add", str(path), "--name", "mills")
    pipeline.configure(decontamination={"benchmarks": ["ready", "mills"]})
    pipeline.ingest("towns.jsonl", [*TOWNS, QUOTING])
    pipeline("run", "--all")
    *clean, found = rows_of(pipeline, "filtered_documents")
    assert all(row["contamination"] is None for row in clean)
    assert (found["document_id"], found["reason"]) == (document_id(QUOTING), "contaminated")
    assert found["contamination"] == {
        "benchmark": "mills",
        "split": "dev",
        "item": 0,
        "field": "document",
        "text": QUESTION,
        "score": 1.0,
    }
    assert not any("riddle" in prompt for prompt in map(str, pipeline.script.requests))
    [shard] = pipeline.status()["shards"]
    assert shard["reconciled"] is True
    assert shard["gate"] == {"open": True, "failed": []}
    assert shard["stages"]["filtered_documents"]["dropped"] == {"contaminated": 1}
    assert document_id(QUOTING) not in pipeline.verified()["document_id"]


def test_without_benchmarks_it_is_a_document_like_others(pipeline: Pipeline) -> None:
    pipeline.configure(decontamination={"benchmarks": []})
    pipeline.ingest("towns.jsonl", [*TOWNS, QUOTING])
    pipeline("run", "--all")
    assert all(row["kept"] for row in rows_of(pipeline, "filtered_documents"))


def test_an_unknown_benchmark_is_told_before_any_model_is_paid(pipeline: Pipeline) -> None:
    pipeline.configure(decontamination={"benchmarks": ["mils"]})
    pipeline.ingest("towns.jsonl", TOWNS)
    result = pipeline("run", "--all", exit_code=1)
    said = re.sub(r"\s+", " ", result.output)
    assert "no benchmark is named 'mils'; there are ready" in said
    assert not pipeline.script.requests


def test_config_check_opens_the_benchmarks(pipeline: Pipeline) -> None:
    assert re.search(r"benchmarks: ready \([\d,]+ items\), profile default", checked(pipeline))
    pipeline.configure(decontamination={"benchmarks": []})
    assert "benchmarks: none" in checked(pipeline)
    pipeline.configure(decontamination={"benchmarks": ["mils"]})
    with pytest.raises(BenchmarkError, match="decontamination.benchmarks: no benchmark is named"):
        raise pipeline("config", "check", exit_code=1).exception or AssertionError


def checked(pipeline: Pipeline) -> str:
    return pipeline("config", "check").output
