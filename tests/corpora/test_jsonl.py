import json

import orjson
import pytest

from tests.corpora.ingestion import documents, ingested, jsonl, quarantine, rejections, texts, write

DEEP = b'{"text": "x", "a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"

REJECTED = [
    (b'{"text": "unfinished', "malformed_json"),
    (b"plain words", "malformed_json"),
    (b'{"text": "a"} {"text": "b"}', "malformed_json"),
    (b'{"text": "raw \x00 byte"}', "malformed_json"),
    (b'{"text": "x", "n": ' + b"9" * 5000 + b"}", "malformed_json"),
    (DEEP, "malformed_json"),
    (b'["text"]', "not_an_object"),
    (b'"text"', "not_an_object"),
    (b"null", "not_an_object"),
    (b"NaN", "not_an_object"),
    (b'{"text": "\xff"}', "invalid_utf8"),
    (b'{"text": "\xed\xa0\x80"}', "invalid_utf8"),
    (b'{"body": "elsewhere"}', "missing_text"),
    (b'{"text": null}', "missing_text"),
    (b'{"text": 7}', "text_not_a_string"),
    (b'{"text": ["a", "b"]}', "text_not_a_string"),
    (b'{"text": ""}', "empty_text"),
    (b'{"text": " \\n\\u00a0\\t"}', "empty_text"),
    (b'{"text": "half \\ud800 a pair"}', "invalid_unicode"),
    (b'{"text": "a \\u0000 byte"}', "control_characters"),
    (b'{"text": "' + b"x" * 1_000_000 + b'"}', "document_too_large"),
    (b"x" * 3_000_000, "document_too_large"),
]


@pytest.mark.parametrize(("line", "reason"), REJECTED, ids=lambda value: str(value)[:40])
def test_a_bad_line_goes_to_quarantine_and_its_neighbours_do_not(tmp_path, tables, line, reason):
    path = write(tmp_path / "a.jsonl", jsonl({"text": "one"}) + line + b"\n" + jsonl({"text": "2"}))
    ingested(path, tables)
    assert texts(tables) == ["one", "2"]
    assert rejections(tables) == [(1, reason)]


ACCEPTED = [
    (b'{"text": "first", "text": "last"}', "last"),
    (b'{"text": "a", "score": NaN, "most": -Infinity}', "a"),
    (b'  {"text": "windows"}  \r', "windows"),
    (b'{"text": "\\ud83d\\ude00"}', "\U0001f600"),
    (b'{"text": "bell \\u0007 and form feed \\f"}', "bell \x07 and form feed \x0c"),
    (b'{"text": "a", "title": "\\ud800"}', "a"),
]


@pytest.mark.parametrize(("line", "text"), ACCEPTED)
def test_odd_but_usable_lines_are_documents(tmp_path, tables, line, text):
    ingested(write(tmp_path / "a.jsonl", line + b"\n"), tables)
    assert texts(tables) == [text]
    assert rejections(tables) == []


def test_blank_lines_are_no_records_but_count(tmp_path, tables):
    path = write(tmp_path / "a.jsonl", b'\n  \n{"text": "third"}\n\r\n{"text": 5}')
    ingested(path, tables)
    assert documents(tables)["source_row"].to_list() == [2]
    assert rejections(tables) == [(4, "text_not_a_string")]


@pytest.mark.parametrize("data", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_a_file_without_a_record_is_reported(tmp_path, tables, data):
    assert ingested(write(tmp_path / "a.jsonl", data), tables) == []
    assert rejections(tables) == [(0, "empty_file")]


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path, tables):
    ingested(write(tmp_path / "a.jsonl", b"\xef\xbb\xbf" + jsonl({"text": "one"})), tables)
    assert texts(tables) == ["one"]


def test_the_last_line_may_lack_its_line_feed(tmp_path, tables):
    ingested(write(tmp_path / "a.jsonl", jsonl({"text": "one"}).rstrip()), tables)
    assert texts(tables) == ["one"]


def test_known_fields_become_columns_and_the_rest_metadata(tmp_path, tables):
    record = {
        "text": "t",
        "title": "T",
        "url": "https://example.org",
        "license": "CC0-1.0",
        "language": "en",
        "id": 7,
        "meta": {"tags": ["a", None]},
    }
    path = write(tmp_path / "a.jsonl", jsonl(record))
    ingested(path, tables)
    row = documents(tables).row(0, named=True)
    assert [row[name] for name in ("title", "url", "licence", "language")] == [
        "T",
        "https://example.org",
        "CC0-1.0",
        "en",
    ]
    assert json.loads(row["metadata"]) == {"id": 7, "meta": {"tags": ["a", None]}}
    assert row["source_uri"] == str(path)


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ({"licence": "MIT"}, "MIT"),
        ({"license": "MIT"}, "MIT"),
        ({}, "CC0"),
        ({"licence": ""}, "CC0"),
    ],
)
def test_a_document_without_a_licence_has_its_corpus_s(tmp_path, tables, fields, licence):
    path = write(tmp_path / "a.jsonl", jsonl({"text": "t", **fields}))
    ingested(path, tables, licence="CC0")
    assert documents(tables)["licence"].to_list() == [licence]


METADATA = [
    (b'"n": NaN', {"n": None}),
    (b'"n": 1e999', {"n": None}),
    (b'"n": 123456789012345678901234567890', {"n": 123456789012345678901234567890}),
    (b'"n": [18446744073709551616]', {"n": [18446744073709551616]}),
    (b'"n": 1.5e300', {"n": 1.5e300}),
    (b'"title": 7', {"title": 7}),
    (b'"title": "\\ud800"', {"title": "\ud800"}),
    (b'"title": "a\\u0000"', {"title": "a\0"}),
]


@pytest.mark.parametrize(("field", "metadata"), METADATA)
def test_metadata_keeps_what_no_column_can(tmp_path, tables, field, metadata):
    ingested(write(tmp_path / "a.jsonl", b'{"text": "t", ' + field + b"}"), tables)
    assert json.loads(documents(tables)["metadata"][0]) == metadata


def test_another_field_may_hold_the_text(tmp_path, tables):
    path = write(tmp_path / "a.jsonl", jsonl({"content": "body", "text": "summary"}))
    ingested(path, tables, text_field="content")
    row = documents(tables).row(0, named=True)
    assert (row["text"], orjson.loads(row["metadata"])) == ("body", {"text": "summary"})


def test_a_line_at_the_limit_passes_and_one_byte_more_does_not(tmp_path, tables):
    line = jsonl({"text": "x" * 20}).rstrip()
    path = write(tmp_path / "a.jsonl", line + b"\n" + line[:-2] + b'y"}')
    ingested(path, tables, max_document_bytes=len(line))
    assert len(texts(tables)) == 1
    assert rejections(tables) == [(1, "document_too_large")]


def test_details_are_short_and_cannot_steer_a_terminal(tmp_path, tables):
    field = "\x1b[2J\u202e" + "long " * 100
    ingested(write(tmp_path / "a.jsonl", b"{}"), tables, text_field=field)
    detail = quarantine(tables)["detail"][0]
    assert len(detail) <= 200
    assert detail.isprintable()
