"""Only what is new is paid for."""

from __future__ import annotations

from tests.pipeline import Pipeline, town
from tests.templates import edited_template

DOCUMENTS = [town(number) for number in range(8)]


def roles(requests: list[dict[str, object]]) -> set[str]:
    """Whose answer each request asks for."""
    formats = [request["response_format"] for request in requests]
    return {wanted["json_schema"]["name"] for wanted in formats if isinstance(wanted, dict)}


def test_a_file_that_grew_costs_only_its_new_documents(pipeline: Pipeline) -> None:
    pipeline.ingest("towns.jsonl", DOCUMENTS[:6])
    pipeline("run", "--all")
    pipeline.script.forget()
    pipeline.ingest("towns.jsonl", DOCUMENTS)
    pipeline("run", "--all")
    asked = [body["messages"][-1]["content"] for body in pipeline.script.requests]
    assert asked
    assert all(any(text in prompt for text in DOCUMENTS[6:]) for prompt in asked)


def test_a_changed_checker_prompt_asks_only_for_checks(pipeline: Pipeline) -> None:
    pipeline.ingest("towns.jsonl", DOCUMENTS)
    pipeline("run", "--all")
    [shard] = pipeline.shards
    candidates = pipeline.tables.read("candidate_qa", shard)
    pipeline.script.forget()
    with edited_template("check", "Judge the question", "Judge strictly the question"):
        pipeline("run", "--all")
    asked = pipeline.script.requests
    assert roles(asked) == {"checker"}
    assert all("Judge strictly" in body["messages"][-1]["content"] for body in asked)
    assert 0 < len(asked) <= candidates["kept"].sum()
    assert pipeline.tables.read("candidate_qa", shard).equals(candidates)
