import gzip
import json
import random
import re
import zlib

import brotli
import pytest

from tests.corpora.ingestion import documents, ingested, quarantine, rejections, texts, write
from tests.corpora.web import FIRST, SECOND, Record, archive, article, packed
from webscale_rl_dagster.corpora.sources import find_sources

PAGE = article().encode()
TEXT = f"The common swift\n{FIRST}\n{SECOND}"


def pages(count):
    """Distinct pages, and the texts they hold."""
    records = [
        Record(article(f"{number} {FIRST}").encode(), url=f"https://birds.example/{number}")
        for number in range(count)
    ]
    return records, [f"The common swift\n{number} {FIRST}" for number in range(count)]


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_pages_become_documents_of_their_main_content(tmp_path, tables, name):
    records, expected = pages(30)
    ingested(archive(tmp_path / name, *records), tables)
    rows = documents(tables)
    assert texts(tables) == expected
    assert rows["url"].to_list() == [record.url for record in records]
    assert rows["source_row"].to_list() == list(range(1, 31))
    assert rows["title"].unique().to_list() == ["The common swift | Birds & more"]
    assert rejections(tables) == []


def test_a_record_is_found_again_by_its_metadata(tmp_path, tables):
    record = Record(PAGE, warc={"WARC-Record-ID": "<urn:x:1>", "WARC-Truncated": "length"})
    ingested(archive(tmp_path / "a.warc", record), tables)
    assert json.loads(documents(tables)["metadata"][0]) == {
        "content_type": "text/html; charset=utf-8",
        "warc_record_id": "<urn:x:1>",
        "warc_date": "2026-03-01T12:00:00Z",
        "warc_truncated": "length",
    }


def test_wet_is_taken_as_it_is(tmp_path, tables):
    said = {"WARC-Refers-To": "<urn:x:1>", "WARC-Identified-Content-Language": "eng"}
    text = "Home\nAll birds\nThe common swift  sleeps in the air.\n"
    record = Record(text.encode(), "conversion", "text/plain", warc=said)
    ingested(archive(tmp_path / "CC-MAIN-1.warc.wet.gz", record), tables)
    row = documents(tables).row(0, named=True)
    assert (row["text"], row["title"], row["url"]) == (text, None, "https://birds.example/swift")
    metadata = json.loads(row["metadata"])
    assert (metadata["warc_refers_to"], metadata["warc_languages"]) == ("<urn:x:1>", "eng")


def test_a_page_stored_as_a_resource_is_one(tmp_path, tables):
    ingested(archive(tmp_path / "a.warc", Record(PAGE, "resource", "text/html")), tables)
    assert texts(tables) == [TEXT]


NO_DOCUMENTS = [
    (Record(status="404 Not Found"), "http_status"),
    (Record(status="301 Moved"), "http_status"),
    (Record(b"\x89PNG", content_type="image/png"), "not_html"),
    (Record(b"words", content_type="text/plain"), "not_html"),
    (Record(b"1.2.3.4", "resource", "text/dns", url="dns:birds.example"), "not_html"),
    (Record(b"{}", "conversion", "application/json"), "not_text"),
    (Record(b"\xff\xfe", "conversion", "text/plain"), "invalid_utf8"),
    (Record(b" \n", "conversion", "text/plain"), "empty_text"),
    (Record(b"a\0b", "conversion", "text/plain"), "control_characters"),
    (Record(b"x" * 1_000_001, "conversion", "text/plain"), "document_too_large"),
    (Record(b"", "revisit"), "revisit"),
    (Record(PAGE, warc={"WARC-Segment-Number": "1"}), "segmented_record"),
    (Record(PAGE, "continuation", "text/html"), "segmented_record"),
    (Record(PAGE, "capture", "text/html"), "unknown_record_type"),
    (Record(b"<html><script>x</script></html>"), "no_main_content"),
    (Record(b""), "empty_body"),
    (Record(b"<html>" + b"x" * 1_000_000), "document_too_large"),
    (Record(b"\x1f\x8b" + PAGE, http=(("Content-Encoding", "gzip"),)), "corrupt_body"),
    (Record(gzip.compress(PAGE)[:-9], http=(("Content-Encoding", "gzip"),)), "corrupt_body"),
    (Record(PAGE[1:], http=(("Transfer-Encoding", "chunked"),)), "corrupt_body"),
    (Record(PAGE, http=(("Content-Encoding", "compress"),)), "unknown_encoding"),
    (
        Record(gzip.compress(bytes(80_000_000)), http=(("Content-Encoding", "gzip"),)),
        "document_too_large",
    ),
    (
        Record(brotli.compress(bytes(80_000_000)), http=(("Content-Encoding", "br"),)),
        "document_too_large",
    ),
    (Record(PAGE, http=(("X-Long", "x" * 200_000),)), "malformed_http"),
]


def test_a_capture_that_is_no_document_is_counted(tmp_path, tables):
    records = [record for record, _ in NO_DOCUMENTS]
    ingested(archive(tmp_path / "a.warc.gz", *records, Record(PAGE)), tables)
    assert rejections(tables) == [
        (number, reason) for number, (_, reason) in enumerate(NO_DOCUMENTS, start=1)
    ]
    assert texts(tables) == [TEXT]


def test_records_that_capture_nothing_count_in_the_numbering_alone(tmp_path, tables):
    others = [Record(b"", "request"), Record(b"via: x", "metadata", "application/warc-fields")]
    ingested(archive(tmp_path / "a.warc", *others, Record(PAGE)), tables)
    assert documents(tables)["source_row"].to_list() == [3]
    assert rejections(tables) == []


CODED = [
    (gzip.compress(PAGE), ("Content-Encoding", "gzip")),
    (zlib.compress(PAGE), ("Content-Encoding", "deflate")),
    (brotli.compress(PAGE), ("Content-Encoding", "br")),
    (b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE), ("Transfer-Encoding", "chunked")),
    (PAGE, ("Content-Encoding", "identity")),
    (PAGE, ("Content-Encoding", "gzip")),
    (PAGE, ("Transfer-Encoding", "chunked")),
]


def test_what_http_put_around_a_page_is_taken_off(tmp_path, tables):
    """Crawlers that store decoded bodies often keep the header."""
    records = [Record(body, http=(header,)) for body, header in CODED]
    ingested(archive(tmp_path / "a.warc", *records), tables)
    assert rejections(tables) == []
    assert documents(tables)["reason"].to_list() == [None] + ["duplicate_document"] * 6


def test_the_charset_of_the_header_goes_before_that_of_the_page(tmp_path, tables):
    text = "Schwälbchen über den Dächern der großen Städte, bei Föhn und bei Böen. " * 3
    page = article(text, text, head='<meta charset="koi8-r">').encode("iso-8859-1")
    record = Record(page, content_type='text/html; charset="ISO-8859-1"')
    ingested(archive(tmp_path / "a.warc", record), tables)
    assert text.strip() in texts(tables)[0]


def test_a_file_compressed_as_a_whole_is_read_too(tmp_path, tables):
    records, expected = pages(5)
    ingested(write(tmp_path / "a.warc.gz", gzip.compress(packed(records))), tables)
    assert texts(tables) == expected


@pytest.mark.parametrize("share", [0.3, 0.7, 0.999])
def test_a_truncated_archive_gives_its_whole_records(tmp_path, tables, share):
    records, expected = pages(12)
    data = packed(records, gzip=True)
    starts = [found.start() for found in re.finditer(rb"\x1f\x8b\x08", data)]
    cut = int(len(data) * share)
    whole = sum(start <= cut for start in starts) - 2
    ingested(write(tmp_path / "a.warc.gz", data[:cut]), tables)
    found = texts(tables)
    assert len(found) in (whole - 1, whole)
    assert found == expected[: len(found)]
    assert rejections(tables) == [(len(found) + 1, "truncated_archive")]


def test_a_plain_file_that_breaks_off_names_its_last_record(tmp_path, tables):
    records, expected = pages(3)
    ingested(write(tmp_path / "a.warc", packed(records)[:-100]), tables)
    assert texts(tables) == expected[:2]
    assert rejections(tables) == [(3, "truncated_record")]


def test_damage_in_an_archive_costs_what_is_behind_it(tmp_path, tables):
    records, expected = pages(12)
    data = bytearray(packed(records, gzip=True))
    middle = len(data) // 2
    data[middle : middle + 50] = b"\xff" * 50
    ingested(write(tmp_path / "a.warc.gz", bytes(data)), tables)
    found = texts(tables)
    assert 3 < len(found) < 9
    assert found == expected[: len(found)]
    assert rejections(tables) == [(len(found) + 1, "corrupt_archive")]


LENGTH = re.compile(rb"(?<=Content-Length: )\d+(?=\r\n\r\nHTTP)")


def lying(length, count=4):
    """The second page's record claims this length."""
    parts = packed(pages(count)[0]).split(b"WARC/1.0\r\n")
    parts[3] = LENGTH.sub(length, parts[3])
    return b"WARC/1.0\r\n".join(parts)


@pytest.mark.parametrize("length", [b"-5", b"0", b"x", b"9" * 40])
def test_a_length_that_is_none_costs_its_record(tmp_path, tables, length):
    ingested(write(tmp_path / "a.warc", lying(length)), tables)
    expected = pages(4)[1]
    assert texts(tables) == [expected[0], *expected[2:]]
    assert {position for position, _ in rejections(tables)} == {2, 3}
    assert "are no record" in quarantine(tables)["detail"][1]


def test_a_length_too_short_is_told_of(tmp_path, tables):
    ingested(write(tmp_path / "a.warc", lying(b"400")), tables)
    expected = pages(4)[1]
    assert [expected[0], *expected[2:]] == [text for text in texts(tables) if FIRST in text]
    assert (3, "corrupt_warc") in rejections(tables)


@pytest.mark.parametrize("length", [b"2000", b"999999", b"9223372036854775807"])
def test_a_length_too_long_is_told_of(tmp_path, tables, length):
    ingested(write(tmp_path / "a.warc", lying(length)), tables)
    assert texts(tables)[0] == pages(1)[1][0]
    assert rejections(tables)


def test_rubbish_between_records_is_told_of_and_passed_over(tmp_path, tables):
    records, expected = pages(4)
    parts = packed(records).split(b"WARC/1.0\r\n")
    parts[2] += b"rubbish " * 100 + b"\r\n"
    ingested(write(tmp_path / "a.warc", b"WARC/1.0\r\n".join(parts)), tables)
    assert texts(tables) == expected
    assert rejections(tables) == [(2, "corrupt_warc")]


NO_ARCHIVES = [
    (b"", "empty_file"),
    (b"hello " * 1000, "corrupt_warc"),
    (bytes(100_000), "corrupt_warc"),
    (b"WARC/1.0\r\nX: " + b"a" * 30_000_000, "corrupt_warc"),
    (b"WARC/1.0\r\n" + b"a: b\r\n" * 1_000_000, "corrupt_warc"),
    (b"\r\n" * 1_000_000, "corrupt_warc"),
]


@pytest.mark.parametrize(("data", "reason"), NO_ARCHIVES)
@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_what_is_no_archive_says_so(tmp_path, tables, name, data, reason):
    ingested(write(tmp_path / name, gzip.compress(data) if name.endswith("gz") else data), tables)
    assert texts(tables) == []
    assert rejections(tables)[0] == (0, reason)
    assert len(rejections(tables)) < 10


@pytest.mark.parametrize("seed", range(3))
def test_random_damage_neither_stops_nor_empties_an_archive(tmp_path, tables, seed):
    chance = random.Random(seed)
    records, expected = pages(40)
    data = bytearray(packed(records))
    for _ in range(6):
        at = chance.randrange(len(data))
        data[at : at + chance.randrange(400)] = chance.randbytes(chance.randrange(400))
    ingested(write(tmp_path / "a.warc", bytes(data)), tables)
    assert len(set(texts(tables)) & set(expected)) >= 25


def test_a_folder_of_archives_is_as_many_sources(tmp_path):
    for name in ("b.warc.gz", "a.wet.gz", "c.warc", "d.wat.gz", "notes.md"):
        write(tmp_path / "in" / name, b"")
    names = [source.path.name for source in find_sources(tmp_path / "in", "auto")]
    assert names == ["a.wet.gz", "b.warc.gz", "c.warc"]
