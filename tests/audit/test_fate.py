"""Documents, URLs and files are followed to all that became of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.audit.corpora import ingest_all
from tests.pipeline import Pipeline, town
from webscale_rl_dagster.identity import document_id

HOSTILE = "[/b]\x1b]0;owned\x07\u202e<script>[link=http://x]"


def fate(pipeline: Pipeline, what: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(pipeline("fate", what, "--json").stdout)
    return found


def test_a_file_accounts_for_every_record(pipeline: Pipeline) -> None:
    ingest_all(pipeline)
    found = fate(pipeline, str(pipeline.folder / "plain.jsonl"))
    rows = {item["source_row"]: item for item in found["documents"]}
    assert sorted(rows) == [0, 1, 3, 4]
    assert [record["position"] for record in found["quarantined"]] == [2]
    assert found["quarantined"][0]["reason"] == "malformed_json"
    assert rows[3]["outcome"] == "dropped"
    assert rows[3]["stages"]["raw_documents"]["reason"] == "duplicate_document"
    assert rows[3]["duplicate_of"] == rows[0]["document_id"] == document_id(town(0))
    assert [rows[0]["outcome"], rows[0]["outcome_stage"]] == ["waiting", "filtered_documents"]
    shown = pipeline("fate", str(pipeline.folder / "plain.jsonl")).output
    assert "1 dropped at raw_documents: duplicate_document" in shown
    assert "malformed_json" in shown


def test_a_document_has_one_fate_by_whatever_it_is_named(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest_all(pipeline)
    whole = document_id(town(0))
    by_id = fate(pipeline, whole)["documents"]
    assert [item["source_row"] for item in by_id] == [0, 3]
    assert fate(pipeline, whole[:8].upper())["documents"] == by_id
    assert fate(pipeline, "https://example.org/aldermoor")["documents"] == by_id
    monkeypatch.chdir(pipeline.folder)
    assert fate(pipeline, "plain.jsonl")["documents"][0] == by_id[0]
    [text] = fate(pipeline, "texts")["documents"]
    assert text["document_id"] == document_id(town(5))
    assert fate(pipeline, "texts/Farrowgate.txt")["documents"] == [text]


@pytest.mark.slow
def test_each_stage_says_what_it_did(pipeline: Pipeline) -> None:
    gates = pipeline.settings["gates"] | {"min_kept_documents": 0.1}
    pipeline.configure(gates=gates)
    pipeline.ingest("towns.jsonl", [town(0), town(1), f"{town(20)} UNFIT.", "Too short."])
    pipeline("run", "--all")
    found = fate(pipeline, str(pipeline.folder / "towns.jsonl"))["documents"]
    good, agnes, unfit, short = found
    assert [good["outcome"], good["outcome_stage"]] == ["published", None]
    assert good["stages"]["verified_qa"]["kept"] is True
    assert set(good["published"]) <= set(good["qa_ids"])
    assert len(good["stages"]["candidate_qa"]["rows"]) == 2
    assert agnes["qa_ids"]
    assert unfit["stages"]["filtered_documents"]["reason"] == "not_qualified"
    assert [short["outcome"], short["outcome_stage"]] == ["dropped", "filtered_documents"]
    assert short["stages"]["filtered_documents"]["reason"] == "too_short"
    assert "classified_documents" not in short["stages"]


@pytest.mark.slow
def test_a_shut_gate_is_told_from_a_stage_that_has_not_run(pipeline: Pipeline) -> None:
    pipeline.ingest("mixed.jsonl", [town(0), *(f"{town(n)} UNFIT." for n in range(20, 26))])
    pipeline("run", "--all", exit_code=3)
    [good] = fate(pipeline, document_id(town(0)))["documents"]
    assert [good["outcome"], good["outcome_stage"]] == ["gate_shut", "classified_documents"]
    assert "kept_share" in good["gate"]["failed"][0]
    assert good["published"] == []


def test_an_unknown_document_is_answered_with_the_nearest(pipeline: Pipeline) -> None:
    ingest_all(pipeline)
    known = document_id(town(0))
    wrong = known[:9] + ("0" if known[9] != "0" else "1")
    assert known in pipeline("fate", wrong, exit_code=1).output
    url = pipeline("fate", "https://example.org/aldermore", exit_code=1).output
    assert "https://example.org/aldermoor" in url
    path = str(pipeline.folder / "plane.jsonl")
    assert str(pipeline.folder / "plain.jsonl") in pipeline("fate", path, exit_code=1).output


@pytest.mark.slow
def test_hostile_documents_steer_no_terminal(pipeline: Pipeline) -> None:
    path = pipeline.folder / "hostile.jsonl"
    texts = [f"{HOSTILE} {town(0)}", *(town(number) for number in range(1, 6))]
    rows = [
        {"text": text, "title": f"{town(n).split(' is ')[0]}", "url": HOSTILE, "licence": HOSTILE}
        for n, text in enumerate(texts)
    ]
    path.write_text("\n".join([*map(json.dumps, rows), f"{HOSTILE}"]))
    pipeline("ingest", str(path), "--corpus", "wiki")
    pipeline("run", "--all")
    published = pipeline.verified()["qa_id"][0]
    for output in (
        pipeline("fate", str(path)).output,
        pipeline("fate", document_id(texts[0])).output,
        pipeline("fate", HOSTILE).output,
        pipeline("trace", published).output,
    ):
        assert not set("\x1b\x07\u202e") & set(output)
        assert "[/b]\\x1b]0;owned\\x07\\u202e<script>[link=http://x]" in output.replace("\n", "")
    assert not set("\x1b\x07\u202e") & set(pipeline("trace", HOSTILE, exit_code=1).output)
    [first] = fate(pipeline, document_id(texts[0]))["documents"]
    assert first["url"] == HOSTILE
