"""Tombstones, and ingestion that heeds them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.corpora.ingestion import documents, ingested, jsonl, write
from webscale_rl_dagster.corpora.removed import (
    Kind,
    Removed,
    Tombstone,
    new_tombstone,
    save,
    tombstones,
)
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.identity import document_id
from webscale_rl_dagster.removal.removing import erase_rows
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables

WHY = "they asked"


def lay(tables: Tables, kind: Kind, value: str, *ids: str) -> Tombstone:
    laid = new_tombstone(kind, value, WHY, dict.fromkeys(ids, []))
    save(tables.objects, laid)
    return laid


def page(seed: int, *, edits: int = 0) -> str:
    chance = random.Random(seed)
    words = [f"word{chance.randrange(9999)}" for _ in range(400)]
    for at in range(edits):
        words[(at + 1) * 80] = f"edit{edits}"
    return " ".join(words)


def reasons(tables: Tables) -> list[str | None]:
    return [reason for reason in documents(tables)["reason"].to_list()]


def test_tombstones_are_read_as_they_were_laid(objects: Objects) -> None:
    value = "/corpus/\\xff <b>\u202e&.jsonl"
    first = new_tombstone("source_file", value, WHY, {"ab": ["wiki.0.1"]})
    second = new_tombstone("document", "cd", f"{WHY}\n[/b]\x1b]0;", {"cd": []})
    save(objects, second)
    save(objects, first)
    assert tombstones(objects) == [first, second]
    purged = first.model_copy(update={"purged": second.time})
    save(objects, purged)
    assert tombstones(objects) == [purged, second]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"id": "x"}', b"\xff\xfe"])
def test_what_is_no_tombstone_stops_whoever_needs_them(tables: Tables, body: bytes) -> None:
    tables.objects.put("removed/20261123T000000000000Z-0.json", body)
    with pytest.raises(StorageError, match="no record of a removal"):
        tombstones(tables.objects)


@pytest.mark.parametrize(
    ("kind", "value", "source"),
    [
        ("url_prefix", "https://a.example/x", {"url": "https://a.example/x/y"}),
        ("source_file", "/corpus/a.jsonl", {"source_uri": "/corpus/a.jsonl"}),
        ("source_file", "/corpus/", {"source_uri": "/corpus/b/a.jsonl"}),
        ("licence", "CC0-1.0", {"licence": "CC0-1.0"}),
    ],
)
def test_a_rule_holds_for_what_it_names_and_no_more(
    kind: Kind, value: str, source: dict[str, str]
) -> None:
    laid = new_tombstone(kind, value, WHY, {"ab": ["wiki.1"]})
    removed = Removed([laid])
    assert removed.why("cd", **source) == WHY
    assert removed.find("ab") == laid
    assert removed.of_document("cd") is None
    assert removed.of_pair("wiki.1") == ("ab", laid)
    assert removed.of_pair("wiki.2") is None
    assert removed.why("cd") is None
    other = {name: f"x{text}" for name, text in source.items()}
    assert removed.why("cd", **other) is None
    longer = {"source_uri": "/corpus/a.jsonl.gz", "licence": "CC0-1.0 or later"}
    assert removed.why("cd", **longer) == (WHY if value == "/corpus/" else None)


def test_the_first_tombstone_gives_the_reason() -> None:
    rule = new_tombstone("licence", "MIT", "of the licence", {})
    first = new_tombstone("document", "ab", "first", {"ab": []})
    again = new_tombstone("document", "ab", "again", {"ab": []})
    removed = Removed([rule, first, again])
    assert removed.why("ab", licence="MIT") == "first"
    assert removed.why("cd", licence="MIT") == "of the licence"


@pytest.mark.parametrize("near", [None, 0.8])
def test_a_removed_text_comes_in_by_no_other_way(
    tmp_path: Path, tables: Tables, near: float | None
) -> None:
    lay(tables, "document", document_id(page(1)), document_id(page(1)))
    rows = [
        {"text": page(1), "title": "T", "url": "https://b.example", "note": "n"},
        {"text": page(2)},
        {"text": page(1)},
        {"text": page(1, edits=3)},
        {"text": page(2)},
    ]
    [shard] = ingested(write(tmp_path / "a.jsonl", jsonl(*rows)), tables, near_duplicates=near)
    alike = "removed" if near else None
    assert reasons(tables) == ["removed", None, "removed", alike, "duplicate_document"]
    assert (shard.rows, shard.kept, shard.duplicates) == (5, 1 if near else 2, 1)
    gone = documents(tables).row(0, named=True)
    assert [gone[name] for name in ("text", "title", "metadata")] == [None, None, None]
    assert (gone["document_id"], gone["url"]) == (document_id(page(1)), "https://b.example")
    if near:
        assert documents(tables)["duplicate_of"][3] == document_id(page(1))
        assert documents(tables)["text"][3] is None


def test_what_a_rule_kept_out_stays_out_from_elsewhere(tmp_path: Path, tables: Tables) -> None:
    lay(tables, "licence", "closed")
    first = write(tmp_path / "a.jsonl", jsonl({"text": page(1), "licence": "closed"}))
    ingested(first, tables, near_duplicates=0.8)
    second = write(tmp_path / "b.jsonl", jsonl({"text": page(1)}, {"text": page(1, edits=3)}))
    ingested(second, tables, corpus="zine", near_duplicates=0.8)
    assert reasons(tables) == ["removed"] * 3


def test_a_near_copy_stays_out_while_the_removed_row_still_stands(
    tmp_path: Path, tables: Tables
) -> None:
    ingested(write(tmp_path / "a.jsonl", jsonl({"text": page(1)})), tables, near_duplicates=0.8)
    lay(tables, "document", document_id(page(1)), document_id(page(1)))
    later = write(tmp_path / "b.jsonl", jsonl({"text": page(1, edits=3)}))
    ingested(later, tables, corpus="zine", near_duplicates=0.8)
    assert reasons(tables) == [None, "removed"]
    assert documents(tables)["text"].to_list() == [page(1), None]


def test_what_is_like_a_removed_near_copy_stays_out(tmp_path: Path, tables: Tables) -> None:
    words = page(1).split()
    first, near, beyond = (
        " ".join("edit" if at % 20 == 5 and at < end else word for at, word in enumerate(words))
        for end in (0, 120, 240)
    )
    path = write(tmp_path / "a.jsonl", jsonl({"text": first}, {"text": near}))
    [shard] = ingested(path, tables, near_duplicates=0.8)
    assert reasons(tables) == [None, "near_duplicate_document"]
    ids = [document_id(first), document_id(near)]
    lay(tables, "document", ids[0], *ids)
    assert erase_rows(tables, shard.key, ids) == 2
    later = write(tmp_path / "b.jsonl", jsonl({"text": beyond}))
    ingested(later, tables, corpus="zine", near_duplicates=0.8)
    last = documents(tables).row(2, named=True)
    assert (last["reason"], last["duplicate_of"]) == ("removed", ids[1])


def test_a_text_kept_for_another_source_stays(tmp_path: Path, tables: Tables) -> None:
    ingested(write(tmp_path / "a.jsonl", jsonl({"text": page(1)})), tables)
    lay(tables, "licence", "closed")
    ingested(
        write(tmp_path / "b.jsonl", jsonl({"text": page(1), "licence": "closed"})),
        tables,
        corpus="zine",
    )
    assert reasons(tables) == [None, "duplicate_document"]


def test_a_changed_file_leaves_out_what_its_first_version_lost(
    tmp_path: Path, tables: Tables
) -> None:
    path = write(tmp_path / "a.jsonl", jsonl(*({"text": page(n)} for n in range(4))))
    ingested(path, tables, shard_documents=2)
    lay(tables, "document", document_id(page(1)), document_id(page(1)))
    assert [one.new for one in ingested(path, tables, shard_documents=2)] == [False, False]
    write(path, jsonl(*({"text": page(n)} for n in range(5))))
    shards = ingested(path, tables, shard_documents=2)
    assert [(one.rows, one.new) for one in shards] == [(2, True), (2, True), (1, True)]
    found = {
        row["document_id"]: row["reason"]
        for shard in shards
        for row in tables.rows("raw_documents", shard.key)
    }
    assert found == {
        **{document_id(page(n)): "duplicate_document" for n in (0, 2, 3)},
        document_id(page(1)): "removed",
        document_id(page(4)): None,
    }
