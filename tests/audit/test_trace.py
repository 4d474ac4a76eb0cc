"""Every pair, published or rejected, closes to the row that it was read from, and back."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from tests.audit.corpora import ingest_all
from tests.audit.walk import walk
from tests.pipeline import Pipeline, town
from webscale_rl_dagster.audit.pairs import Pair, find_pair
from webscale_rl_dagster.audit.provenance import provenance
from webscale_rl_dagster.audit.released import Releases
from webscale_rl_dagster.lineage.records import made_of
from webscale_rl_dagster.lineage.state import ShardState
from webscale_rl_dagster.prompts import library
from webscale_rl_dagster.schemas import STAGES, VERDICTS

pytestmark = pytest.mark.slow

LOOSE = {"acceptance_rate": [0.0, 1.0], "min_kept_documents": 0.0, "max_domain_share": 1.0}


def trace(pipeline: Pipeline, qa_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(pipeline("trace", qa_id, "--json").stdout)
    return found


def fate(pipeline: Pipeline, what: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(pipeline("fate", what, "--json").stdout)
    return found


def candidates(pipeline: Pipeline) -> pl.DataFrame:
    tables = pipeline.tables
    return pl.concat([tables.read("candidate_qa", key) for key in tables.shards("candidate_qa")])


def recorded(pipeline: Pipeline, stage: str) -> set[str]:
    """The keys of all calls in the journal of a stage."""
    folder = pipeline.tables.objects.uri(f"journal/{stage}")
    return set(pl.read_parquet(f"{folder}/**/*.parquet", columns=["request_id"])["request_id"])


def test_every_pair_closes_to_its_source_and_back(pipeline: Pipeline) -> None:
    pipeline.configure(gates=LOOSE)
    ingest_all(pipeline)
    pipeline("run", "--all")
    pipeline("release", "--name", "v1")
    published = set(pipeline.verified()["qa_id"])
    rows = candidates(pipeline)
    rejected = set(rows["qa_id"]) - published
    assert published
    assert rejected
    walked = walk(pipeline.tables, "--config", str(pipeline.folder / "pipeline.yaml"))
    assert walked.pairs == rows.height
    assert walked.published == len(published)
    assert walked.formats == {"jsonl", "gz", "parquet", "txt"}


def test_a_published_pair_names_all_that_made_it(pipeline: Pipeline) -> None:
    pipeline.ingest("towns.jsonl", [town(number) for number in range(6)])
    pipeline("run", "--all")
    pipeline("release", "--name", "v1")
    pair = pipeline.verified().row(0, named=True)
    found = trace(pipeline, pair["qa_id"])
    assert found["release"] == "v1"
    assert found["gate"] == {"open": True, "failed": []}
    assert list(found["stages"]) == list(STAGES)
    assert all(stage["gate"]["state"] == "open" for stage in found["stages"].values())
    assert found["run_id"] == found["stages"]["verified_qa"]["run_id"]
    assert list(found["verdicts"]) == list(VERDICTS)
    assert found["verdicts"]["answer_leaked"] == "passed"
    start, end = found["document"]["evidence"]
    assert found["document"]["text"][start:end] == pair["answer"]
    assert [call["role"] for call in found["calls"]] == [
        "filter",
        "classifier",
        "generator",
        "checker",
    ]
    sent = {json.dumps(body["messages"]) for body in pipeline.script.requests}
    for call in found["calls"]:
        assert json.dumps(call["prompt"]) in sent
        assert call["completion"]
        assert call["model"] == "test-model"
        assert call["current"] is True
        assert call["run_id"] == found["run_id"]
        assert call["prompt_tokens"] > 0
    tree = pipeline("trace", pair["qa_id"]).output
    assert pair["answer"] in tree
    assert "release  v1, in" in tree


def test_every_call_of_strict_open_questions_belongs_to_a_pair(pipeline: Pipeline) -> None:
    """Probes and rivals, failed questions and clozes instead of them, and windows."""
    pipeline.configure(
        gates=LOOSE,
        verification={"profile": "strict", "votes": 3},
        generator={"style": "auto"},
    )
    long = "\n\n".join(town(number) for number in range(6, 60))
    pipeline.script.reply = strict_reply(pipeline.script.reply)
    pipeline.settings["models"]["default"]["context_tokens"] = 2048
    pipeline.configure()
    pipeline.ingest("towns.jsonl", [*(town(number) for number in range(3)), long])
    pipeline("run", "--all")
    rows = candidates(pipeline)
    assert rows["window"].max() > 1
    found = [trace(pipeline, qa_id) for qa_id in rows["qa_id"]]
    calls = [call for pair in found for call in pair["calls"]]
    templates = {call["template"] for call in calls}
    assert templates == {"filter", "classify", "generate", "answer", "check"} | {
        "probe_open",
        "probe_closed",
        "rival",
    }
    for stage in ("candidate_qa", "checked_qa"):
        known = {call["request_id"] for call in calls if call["stage"] == stage}
        assert known == recorded(pipeline, stage)
    for pair in found:
        window = pair["document"]["window"]
        text = pair["document"]["text"][window["start"] : window["end"]]
        asked = [call for call in pair["calls"] if call["template"] == "filter"]
        assert asked
        assert all(f"\n{text}\n</document>" in call["prompt"][-1]["content"] for call in asked)
    cloze = [pair for pair in found if pair["style"] == "cloze"]
    assert cloze
    assert all(len(pair["demonstrations"]) == 2 for pair in cloze)
    assert not any(shown["recorded"] for pair in cloze for shown in pair["demonstrations"])


def strict_reply(usual: Any) -> Any:
    """Of the attempts with the document half are right, and the others agree on another answer."""

    def reply(body: dict[str, Any]) -> str:
        document, _, task = body["messages"][-1]["content"].partition("</document>")
        if not task or "<answer>" not in task:
            return str(usual(body))
        before, _, after = task.rsplit("Question: ", 1)[1].partition("____")
        blank = re.search(re.escape(before[-12:]) + "(.+?)" + re.escape(after[:6]), document)
        answer = blank[1] if blank and body["seed"] % 2 else "Wensleydale"
        return f"It says so. <answer>{answer}</answer>"

    return reply


def test_a_call_of_an_earlier_prompt_is_told_apart(pipeline: Pipeline) -> None:
    pipeline.ingest("towns.jsonl", [town(number) for number in range(3)])
    pipeline("run", "--all")
    tables = pipeline.tables
    releases = Releases(tables.objects)
    pair = find_pair(tables, releases, pipeline.verified()["qa_id"][0])
    assert isinstance(pair, Pair)
    records = made_of(tables.objects, pair.shard)
    answer = library.load_template("answer").ref.sha
    made = {
        "candidate_qa": replace(records["candidate_qa"], code_version=f"2+{answer}"),
        "checked_qa": replace(records["checked_qa"], code_version="3+0123456789abcdef"),
    }
    found = provenance(tables, releases, pair, ShardState(made))
    assert [call["current"] for call in found["calls"]] == [None, None, True, False]
    assert found["published"] is False


def test_calls_that_stand_under_another_id_are_found(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new generator's prompt makes new ids, and clozes whose calls stand under the old ones."""
    pipeline.ingest("towns.jsonl", [town(number) for number in range(3)])
    pipeline("run", "--all")
    pipeline("release", "--name", "v1")
    old = pipeline.verified()
    paid = len(pipeline.script.requests)
    read = library._read
    monkeypatch.setattr(
        library, "_read", lambda name: read(name) + ("\n " if name == "generate" else "")
    )
    library.load_template.cache_clear()
    try:
        pipeline("run", "--all")
        new = pipeline.verified()
        assert len(pipeline.script.requests) == paid
        assert not set(new["qa_id"]) & set(old["qa_id"])
        for qa_id in new["qa_id"]:
            calls = trace(pipeline, qa_id)["calls"]
            assert [call["role"] for call in calls][2:] == ["generator", "checker"]
            assert calls[2]["sent_for"]["qa_id"] in set(old["qa_id"])
        gone = trace(pipeline, old["qa_id"][0])
    finally:
        library.load_template.cache_clear()
    assert gone["release"] == "v1"
    assert gone["question"] == old["question"][0]
    assert "candidate_qa" not in gone["stages"]
    assert [call["role"] for call in gone["calls"]][2:] == ["generator", "checker"]
    listed = fate(pipeline, gone["document"]["document_id"])["documents"][0]
    assert gone["qa_id"] in listed["qa_ids"]


def test_an_unknown_pair_is_answered_with_the_nearest(pipeline: Pipeline) -> None:
    pipeline.ingest("towns.jsonl", [town(number) for number in range(3)])
    pipeline("run", "--all")
    known = pipeline.verified()["qa_id"][0]
    wrong = known[:-1] + ("0" if known[-1] != "0" else "1")
    assert known in pipeline("trace", wrong, exit_code=1).output
    assert known in pipeline("trace", f"wikis{known.removeprefix('wiki')}", exit_code=1).output
    assert known in pipeline("trace", known[:-6], exit_code=1).output
    assert "no pair" in pipeline("trace", "../../etc/passwd", exit_code=1).output
    assert "no pair" in pipeline("trace", "", exit_code=1).output
