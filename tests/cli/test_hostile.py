"""What documents, paths and servers say is printed as text, never read as markup."""

from __future__ import annotations

import json

from tests.pipeline import Pipeline, town
from webscale_rl_dagster.cli.local import local_instance
from webscale_rl_dagster.config import load_config

HOSTILE = "[/b] [bold] [link=http://x]"
STEERING = "\x1b[2J\u202e"
"""Clears the terminal, and turns what follows around."""


def test_hostile_titles_urls_and_licences_are_shown_as_they_are(pipeline: Pipeline) -> None:
    path = pipeline.folder / "towns.jsonl"
    rows = (
        {"text": town(n), "title": town(n).split(" is ")[0]}
        | {"url": HOSTILE, "licence": HOSTILE + STEERING}
        for n in range(6)
    )
    path.write_text("\n".join(json.dumps(row) for row in rows))
    pipeline("ingest", str(path), "--corpus", "wiki")
    pipeline("run", "--all")
    shown = pipeline("show", "--pairs", "3").output
    assert HOSTILE in shown.replace("\n", " ")
    assert r"\x1b[2J\u202e" in shown.replace("\n", "")
    assert not set(STEERING) & set(shown) - set("[2J")


def test_a_hostile_file_name_is_shown_as_it_is(pipeline: Pipeline) -> None:
    path = pipeline.write("[red]a.jsonl", [town(1)])
    path.write_text(path.read_text() + "[/x]\n")
    assert "[red]a.jsonl" in pipeline("ingest", str(path), "--corpus", "wiki").output
    assert "[red]a.jsonl" in pipeline("status").output


def test_a_hostile_server_message_does_not_end_the_run(pipeline: Pipeline) -> None:
    pipeline.script.reply = lambda body: "[/INST] [red]"
    pipeline.ingest("towns.jsonl", [town(number) for number in range(3)])
    pipeline("run", "--all", exit_code=3)
    assert pipeline.status()["shards"][0]["reconciled"]


def test_show_hides_pairs_whose_gate_was_shut_since(pipeline: Pipeline) -> None:
    pipeline.ingest("towns.jsonl", [town(number) for number in range(6)])
    pipeline("run", "--all")
    [shard] = pipeline.shards
    pipeline.tables.write("checked_qa", shard, pipeline.tables.read("checked_qa", shard).head(1))
    assert "nothing is published" in pipeline("show", exit_code=1).output


def test_a_shard_that_dagster_has_forgotten_is_run_all_the_same(pipeline: Pipeline) -> None:
    """As on a second machine with the same storage, or after an ingest that died."""
    pipeline.ingest("towns.jsonl", [town(number) for number in range(6)])
    with local_instance(load_config()) as instance:
        instance.delete_dynamic_partition("shards", pipeline.shards[0])
    pipeline("run", "--all")
    assert pipeline.status()["shards"][0]["gate"]["open"]


def test_a_corpus_in_the_file_brings_its_licence_and_field(pipeline: Pipeline) -> None:
    path = pipeline.folder / "towns.jsonl"
    path.write_text(json.dumps({"body": town(1)}))
    corpus = {"name": "towns", "uri": str(path), "licence": "CC0-1.0", "text_field": "body"}
    pipeline.configure(corpora=[corpus])
    pipeline("ingest", str(path), "--corpus", "towns")
    raw = pipeline.tables.read("raw_documents", pipeline.shards[0])
    assert raw["licence"].to_list() == ["CC0-1.0"]
