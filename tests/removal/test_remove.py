"""`webscale-rl remove`: what it finds, what it leaves alone, and that no model is asked."""

from __future__ import annotations

import json

import pytest

from tests.pipeline import Pipeline, town
from tests.removal.storages import (
    LOOSE,
    WHY,
    files,
    made_of,
    raw,
    remove,
    row,
    shard_of_town,
    two_shards,
    write_rows,
)
from webscale_rl_dagster.corpora.removed import tombstones
from webscale_rl_dagster.identity import document_id

pytestmark = pytest.mark.slow

HOSTILE = "[/b]\x1b]0;owned\x07\u202e<script>"


def test_a_document_goes_and_nothing_else_is_touched(wiki: Pipeline) -> None:
    first, second = shard_of_town(wiki, 0), shard_of_town(wiki, 3)
    stays, asked = files(wiki, second), len(wiki.script.requests)
    pairs = made_of(wiki, 0)["qa_id"].to_list()
    whole = document_id(town(0))
    plan = remove(wiki, "--document", whole[:8].upper(), "--dry-run")
    assert (plan["documents"], plan["shards"], plan["released"]) == ([whole], {first: 1}, 0)
    assert plan["published"] == len(pairs) > 0
    assert not tombstones(wiki.tables.objects), "a dry run lays none"
    done = remove(wiki, "--document", whole[:8])
    assert (done["republished"], done["model_calls"]) == ({first: "published"}, 0)
    assert done["from_journal"] > 0
    assert len(wiki.script.requests) == asked
    assert files(wiki, second) == stays
    gone = raw(wiki)[whole]
    assert (gone["kept"], gone["reason"], gone["title"], gone["metadata"]) == (
        False,
        "removed",
        None,
        None,
    )
    assert (gone["text"], gone["url"]) == (town(0), row(0)["url"])
    assert made_of(wiki, 0).is_empty()
    assert made_of(wiki, 2).height > 0
    [laid] = tombstones(wiki.tables.objects)
    assert (laid.reason, laid.purged) == (WHY, None)
    assert set(laid.documents) == {whole}
    assert set(pairs) <= set(laid.documents[whole])
    counts = wiki.status()["shards"]
    assert all(shard["reconciled"] and shard["gate"]["open"] for shard in counts)
    again = remove(wiki, "--document", whole)
    assert (again["removed_before"], again["republished"]) == (1, {})
    assert tombstones(wiki.tables.objects) == [laid]
    shown = wiki("trace", pairs[0], exit_code=1).output
    assert f"its document {whole} was removed" in " ".join(shown.split())
    assert WHY in " ".join(shown.split())
    [item] = json.loads(wiki("fate", whole, "--json").stdout)["documents"]
    assert item["removed"] == {"reason": WHY, "time": laid.time, "kind": "document"}
    assert set(pairs) <= set(item["qa_ids"])
    assert item["published"] == []


def test_by_licence_url_and_file(wiki: Pipeline) -> None:
    first, second = shard_of_town(wiki, 0), shard_of_town(wiki, 3)
    asked = len(wiki.script.requests)
    by_url = remove(wiki, "--url-prefix", "https://aldermoor.example/")
    assert by_url["documents"] == [document_id(town(0))]
    by_licence = remove(wiki, "--licence", "CC0-1.0")
    assert set(by_licence["documents"]) == {document_id(town(n)) for n in (1, 3, 5)}
    assert by_licence["republished"] == {first: "published", second: "published"}
    path = str(wiki.folder / "first.jsonl")
    by_file = remove(wiki, "--source-file", path)
    assert (len(by_file["documents"]), by_file["removed_before"]) == (3, 2)
    assert by_file["republished"] == {first: "published"}, "though no document is left in it"
    assert [one.kind for one in tombstones(wiki.tables.objects)] == [
        "url_prefix",
        "licence",
        "source_file",
    ]
    found = {one["shard"]: one for one in wiki.status()["shards"]}
    assert found[first]["stages"]["raw_documents"]["dropped"] == {"removed": 3}
    assert found[first]["stages"]["filtered_documents"]["input"] == 0
    assert found[first]["gate"]["open"]
    assert found[first]["reconciled"]
    assert found[second]["stages"]["raw_documents"]["kept"] == 1
    assert set(wiki.verified()["document_id"]) == {document_id(town(4))}
    assert len(wiki.script.requests) == asked
    write_rows(wiki, "third.jsonl", [row(n) for n in (0, 4, 6, 7)])
    wiki("ingest", str(wiki.folder / "third.jsonl"), "--corpus", "wiki")
    later = {one["source_row"]: one for one in wiki.tables.rows(
        "raw_documents", shard_of_town(wiki, 7)
    )}  # fmt: skip
    assert [later[n]["reason"] for n in range(4)] == [
        "removed",
        "duplicate_document",
        None,
        "removed",
    ]
    assert (later[3]["text"], later[3]["title"], later[3]["metadata"]) == (None, None, None)


def test_repeats_and_near_repeats_go_too(pipeline: Pipeline) -> None:
    pipeline.configure(gates=LOOSE)
    text = " ".join(town(n) for n in range(5))
    near = text.replace("cider", "perry")
    rows = [row(0, text=text), row(1, text=near), row(2)]
    write_rows(pipeline, "a.jsonl", rows)
    write_rows(pipeline, "b.jsonl", [row(3, text=text), row(4)])
    for name in ("a.jsonl", "b.jsonl"):
        pipeline("ingest", str(pipeline.folder / name), "--corpus", "wiki")
    with_text, repeat = shard_of_town(pipeline, 2), shard_of_town(pipeline, 4)
    stays = files(pipeline, repeat)
    found = remove(pipeline, "--url-prefix", str(row(3)["url"]))
    assert found["documents"] == [document_id(text)]
    assert found["near_duplicates"] == [document_id(near)]
    assert found["republished"] == {with_text: "not_run"}
    assert files(pipeline, repeat) == stays, "it only repeats what is elsewhere"
    gone = raw(pipeline)[document_id(near)]
    assert (gone["reason"], gone["duplicate_of"]) == ("removed", document_id(text))
    write_rows(pipeline, "c.jsonl", [row(6, text=text.replace("cider", "mead")), row(7)])
    pipeline("ingest", str(pipeline.folder / "c.jsonl"), "--corpus", "zine")
    later = raw(pipeline)[document_id(text.replace("cider", "mead"))]
    assert (later["reason"], later["text"]) == ("removed", None)
    [item] = json.loads(
        pipeline("fate", later["document_id"], "--json").stdout
    )["documents"]  # fmt: skip
    assert item["removed"]["reason"] == WHY
    pipeline("run", "--shard", with_text)
    assert set(made_of(pipeline, 2)["document_id"]) == {document_id(town(2))}


def test_what_cannot_be_done_is_said(pipeline: Pipeline) -> None:
    pipeline.configure(gates=LOOSE)
    write_rows(pipeline, "a.jsonl", [row(0, url=HOSTILE, licence=HOSTILE), row(1)])
    pipeline("ingest", str(pipeline.folder / "a.jsonl"), "--corpus", "wiki")
    for wrong in (
        (),
        ("--document", "aaaaaa", "--licence", "MIT", "--reason", WHY),
        ("--licence", "MIT"),
        ("--resume", "--licence", "MIT"),
        ("--document", "aaaaaa", "--future", "--reason", WHY),
        ("--licence", HOSTILE, "--reason", WHY, "--purge"),
    ):
        pipeline("remove", *wrong, exit_code=2)
    for wrong in (
        ("--document", "nothing", "--reason", WHY),
        ("--licence", " ", "--reason", WHY),
        ("--licence", HOSTILE, "--reason", ""),
        ("--licence", HOSTILE, "--reason", "x" * 2001),
    ):
        assert pipeline("remove", *wrong, exit_code=1).stdout == ""
    known = document_id(town(0))
    wrong_id = known[:9] + ("0" if known[9] != "0" else "1")
    assert known in pipeline("remove", "--document", wrong_id, "--reason", WHY, exit_code=1).output
    assert not tombstones(pipeline.tables.objects)
    output = pipeline("remove", "--url-prefix", HOSTILE, "--reason", HOSTILE).output
    output += pipeline("fate", known).output
    assert not set("\x1b\x07\u202e") & set(output)
    assert "\\x1b]0;owned" in output.replace("\n", "")
    assert raw(pipeline)[known]["reason"] == "removed"


def test_a_rule_may_come_before_its_documents(pipeline: Pipeline) -> None:
    pipeline.configure(gates=LOOSE)
    rule = ("--url-prefix", "https://aldermoor.example/")
    pipeline("remove", *rule, "--reason", WHY, exit_code=1)
    laid = remove(pipeline, *rule, "--future")
    assert (laid["documents"], laid["republished"]) == ([], {})
    write_rows(pipeline, "a.jsonl", [row(0), row(1)])
    pipeline("ingest", str(pipeline.folder / "a.jsonl"), "--corpus", "wiki")
    rows = raw(pipeline)
    assert rows[document_id(town(0))]["reason"] == "removed"
    assert rows[document_id(town(1))]["kept"]


def test_a_purge_goes_on_to_publish_what_it_left(pipeline: Pipeline) -> None:
    two_shards(pipeline)
    asked, whole = len(pipeline.script.requests), document_id(town(3))
    shard = shard_of_town(pipeline, 3)
    stays = files(pipeline, shard_of_town(pipeline, 0))
    done = remove(pipeline, "--document", whole, "--purge", "--yes")
    assert done["purge"]["proven"]
    assert done["republished"] == {shard: "published"}
    assert len(pipeline.script.requests) == asked
    assert files(pipeline, shard_of_town(pipeline, 0)) == stays
    gone = raw(pipeline)[whole]
    assert (gone["reason"], gone["text"]) == ("removed", None)
    [laid] = tombstones(pipeline.tables.objects)
    assert laid.purged == done["purge"]["time"]
    assert all(one["gate"]["open"] and one["reconciled"] for one in pipeline.status()["shards"])
    assert made_of(pipeline, 4).height > 0
