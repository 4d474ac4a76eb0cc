import json
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.corpora.ingestion import (
    documents,
    ingested,
    jsonl,
    new_tables,
    quarantine,
    rejections,
    texts,
    write,
)
from webscale_rl_dagster.corpora import quarantine as quarantine_module
from webscale_rl_dagster.errors import IngestError
from webscale_rl_dagster.identity import ShardKey, document_id, shard_of
from webscale_rl_dagster.identity import qa_id as make_qa_id
from webscale_rl_dagster.stages.ingest import ingest

TEN = [{"text": f"document {number}"} for number in range(10)]
BAD = b"no json\n"


@pytest.fixture
def tables(tmp_path):
    return new_tables(tmp_path / "storage")


@pytest.fixture
def ten(tmp_path):
    return write(tmp_path / "ten.jsonl", jsonl(*TEN[:4]) + BAD + jsonl(*TEN[4:]))


def stored(tables) -> dict[str, bytes]:
    objects = tables.objects
    return {key: objects.get(key) for key in objects.list("")}


def essence(tables):
    """What two ingestions of the same files must agree in: everything but the time."""
    return (
        tables.shards("raw_documents"),
        documents(tables).drop("ingested_at").rows(),
        tables.shards("quarantine"),
        quarantine(tables).drop("quarantined_at").rows(),
    )


@pytest.mark.parametrize(
    ("size", "shards"), [(1, [1] * 10), (3, [3, 3, 3, 1]), (5, [5, 5]), (10, [10]), (11, [10])]
)
def test_shards_hold_as_many_rows_as_asked(tables, ten, size, shards):
    found = ingested(ten, tables, shard_documents=size)
    assert [shard.rows for shard in found] == shards
    assert [shard.table.rows for shard in found] == shards
    assert documents(tables)["text"].to_list() == [record["text"] for record in TEN]


def test_keys_name_corpus_file_and_number(tables, ten):
    keys = [ShardKey.parse(shard.key) for shard in ingested(ten, tables, shard_documents=5)]
    assert [(key.corpus, key.number) for key in keys] == [("wiki", 0), ("wiki", 1)]
    assert keys[0].file == keys[1].file


def test_a_shard_is_written_before_it_is_yielded(tables, ten):
    shards = ingest(ten, corpus="wiki", tables=tables, shard_documents=4, max_document_bytes=10_000)
    first = next(shards)
    assert tables.shards("raw_documents") == [first.key]
    shards.close()


def test_a_document_is_its_text(tables, ten):
    ingested(ten, tables)
    assert documents(tables)["document_id"][0] == document_id("document 0")


def test_the_same_content_is_ingested_once_whatever_its_name(tmp_path, tables, ten):
    first = ingested(ten, tables, shard_documents=4)
    before = stored(tables)
    copy = write(tmp_path / "other/copy.jsonl", ten.read_bytes())
    again = ingested(copy, tables, shard_documents=7, text_field="other")
    assert stored(tables) == before
    assert [shard.new for shard in first + again] == [True] * 3 + [False] * 3
    assert [(s.key, s.rows, s.kept, s.table) for s in again] == [
        (s.key, s.rows, s.kept, s.table) for s in first
    ]


def test_a_second_ingestion_reads_no_table(tables, ten, monkeypatch):
    first = ingested(ten, tables)
    monkeypatch.setattr(tables, "open", None)
    assert [shard.key for shard in ingested(ten, tables)] == [shard.key for shard in first]


def test_the_marker_counts_what_became_of_the_file(tables, ten):
    [shard] = ingested(ten, tables)
    [key] = tables.objects.list("ingested")
    marker = json.loads(tables.objects.get(key))
    assert re.fullmatch(r"ingested/wiki/[0-9a-f]{10}\.json", key)
    assert (marker["documents"], marker["duplicates"], marker["quarantined"]) == (10, 0, 1)
    assert marker["source_uri"] == str(ten)
    assert [shard["key"] for shard in marker["shards"]] == [shard.key]


def test_two_files_whose_hashes_start_alike_are_not_confused(tables, ten):
    ingested(ten, tables)
    [key] = tables.objects.list("ingested")
    marker = json.loads(tables.objects.get(key))
    tables.objects.put(key, json.dumps({**marker, "sha256": "0" * 64}).encode())
    with pytest.raises(IngestError, match="another corpus"):
        ingested(ten, tables)


def test_a_repeated_text_is_a_row_without_text(tmp_path, tables):
    path = write(tmp_path / "a.jsonl", jsonl(TEN[0], TEN[1], {**TEN[0], "title": "again"}))
    [shard] = ingested(path, tables)
    assert (shard.rows, shard.kept, shard.duplicates) == (3, 2, 1)
    assert documents(tables)["kept"].to_list() == [True, True, False]
    row = documents(tables).row(2, named=True)
    assert (row["text"], row["reason"], row["error"], row["title"]) == (
        None,
        "duplicate_document",
        None,
        "again",
    )
    assert row["document_id"] == document_id("document 0")


@pytest.mark.parametrize("corpus", ["wiki", "books"])
def test_a_text_of_any_stored_corpus_is_a_duplicate(tmp_path, tables, ten, corpus):
    ingested(ten, tables)
    other = write(tmp_path / "b.jsonl", jsonl({"text": "new"}, TEN[3]))
    [shard] = ingested(other, tables, corpus=corpus)
    assert (shard.kept, shard.duplicates) == (1, 1)


def test_the_same_file_in_another_corpus_holds_only_duplicates(tables, ten):
    ingested(ten, tables)
    [shard] = ingested(ten, tables, corpus="copy")
    assert (shard.new, shard.kept, shard.duplicates) == (True, 0, 10)


def test_files_of_one_folder_know_of_each_other(tmp_path, tables):
    write(tmp_path / "in/a.jsonl", jsonl(*TEN[:6]))
    write(tmp_path / "in/b.jsonl", jsonl(*TEN[3:]))
    assert [s.duplicates for s in ingested(tmp_path / "in", tables)] == [0, 3]


class Crash(Exception):
    pass


@pytest.mark.parametrize("shards_before", [0, 1, 2, 3])
def test_a_rerun_after_a_crash_ends_like_an_undisturbed_run(tmp_path, ten, shards_before):
    undisturbed = new_tables(tmp_path / "undisturbed")
    ingested(ten, undisturbed, shard_documents=3)
    tables = new_tables(tmp_path / "crashed")
    shards = 0

    def crash(_progress):
        nonlocal shards
        shards += 1
        if shards > shards_before:
            raise Crash

    with pytest.raises(Crash):
        ingested(ten, tables, shard_documents=3, on_progress=crash)
    assert tables.objects.exists("ingested") is False
    written = stored(tables)
    found = ingested(ten, tables, shard_documents=3)
    assert essence(tables) == essence(undisturbed)
    assert [shard.new for shard in found].count(False) == shards_before + 1
    kept = {key: data for key, data in stored(tables).items() if key in written}
    raw = [key for key in written if key.startswith("raw_documents")]
    assert {key: kept[key] for key in raw} == {key: written[key] for key in raw}


def test_a_consumer_that_stops_leaves_no_marker(tables, ten):
    shards = ingest(
        ten, corpus="wiki", tables=tables, shard_documents=10, max_document_bytes=10_000
    )
    next(shards)
    shards.close()
    assert list(tables.objects.list("ingested")) == []


def test_a_rerun_with_other_shard_sizes_leaves_nothing_of_the_crashed_one(tmp_path, ten):
    undisturbed = new_tables(tmp_path / "undisturbed")
    ingested(ten, undisturbed, shard_documents=4)
    tables = new_tables(tmp_path / "crashed")
    shards = ingest(ten, corpus="wiki", tables=tables, shard_documents=1, max_document_bytes=99)
    for _ in range(8):
        next(shards)
    shards.close()
    ingested(ten, tables, shard_documents=4)
    assert essence(tables) == essence(undisturbed)


def test_a_crashed_file_of_a_folder_is_not_judged_against_itself(tmp_path, tables):
    write(tmp_path / "in/b.jsonl", jsonl(*TEN))
    shards = ingest(
        tmp_path / "in", corpus="wiki", tables=tables, shard_documents=5, max_document_bytes=99
    )
    next(shards)
    shards.close()
    write(tmp_path / "in/a.jsonl", jsonl({"text": "new"}))
    found = ingested(tmp_path / "in", tables, shard_documents=5)
    assert [(shard.kept, shard.new) for shard in found] == [(1, True), (5, False), (5, True)]


def test_a_file_that_changes_while_it_is_read_is_refused(tables, ten):
    with pytest.raises(IngestError, match="changed while"):
        ingested(ten, tables, on_progress=lambda _: ten.write_bytes(b"other"))
    assert list(tables.objects.list("ingested")) == []


def test_quarantine_is_written_in_parts(tmp_path, tables, monkeypatch):
    monkeypatch.setattr(quarantine_module, "PART_RECORDS", 4)
    ingested(write(tmp_path / "a.jsonl", BAD * 9), tables)
    assert [key[-5:] for key in tables.shards("quarantine")] == ["00000", "00001", "00002"]
    assert rejections(tables) == [(number, "malformed_json") for number in range(9)]


def test_progress_covers_all_files_and_ends_at_the_total(tmp_path, tables):
    write(tmp_path / "in/a.jsonl", jsonl(*TEN[:5]))
    write(tmp_path / "in/b.jsonl", jsonl(*TEN[5:]) + BAD)
    ingested(tmp_path / "in/a.jsonl", tables)
    seen = []
    ingested(tmp_path / "in", tables, on_progress=seen.append)
    assert [progress.bytes_read for progress in seen] == sorted(p.bytes_read for p in seen)
    last = seen[-1]
    assert last.bytes_read == last.bytes_total
    assert (last.documents, last.quarantined) == (5, 1)
    assert last.file == str(tmp_path / "in/b.jsonl")


@pytest.mark.parametrize("corpus", ["", "Wiki", "../up", "a/b", "x" * 64, "wiki\n"])
def test_a_corpus_name_that_no_key_can_hold_is_refused(tables, ten, corpus):
    with pytest.raises(IngestError, match="no corpus name"):
        ingest(ten, corpus=corpus, tables=tables, shard_documents=1, max_document_bytes=1)


def test_a_shard_key_is_read_off_a_qa_id():
    assert shard_of(make_qa_id("wiki/3f9a1c77d0/00012", {})) == "wiki/3f9a1c77d0/00012"
    with pytest.raises(ValueError, match="no shard key"):
        shard_of("wiki.3f9a.1.abc")


LINE = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([b"", b" ", b"{}", b'{"text": "a"}', b'{"text": "\\ud800"}', b"\xef\xbb\xbf"]),
    st.text(max_size=20).map(lambda text: json.dumps({"text": text}).encode()),
    st.just(b'{"text": "' + b"x" * 200 + b'"}'),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(LINE, max_size=8).map(b"\n".join))
def test_whatever_the_bytes_every_line_is_accounted_for(data):
    lines = data.split(b"\n")[: None if not data.endswith(b"\n") else -1] if data else []
    blank = sum(
        not (line.removeprefix(b"\xef\xbb\xbf") if number == 0 else line).strip()
        for number, line in enumerate(lines)
    )
    with tempfile.TemporaryDirectory() as folder:
        tables = new_tables(Path(folder) / "storage")
        path = write(Path(folder) / "a.jsonl", data)
        rows = sum(s.rows for s in ingested(path, tables, max_document_bytes=100))
        found = [reason for _, reason in rejections(tables) if reason != "empty_file"]
        assert rows + len(found) + blank == len(lines)
        assert len(texts(tables)) == rows
