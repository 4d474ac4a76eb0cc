import gzip
import random
import zlib

import pytest
import zstandard

from tests.corpora.ingestion import ingested, jsonl, rejections, texts, write

RANDOM = random.Random(7)
RECORDS = [{"text": f"{number} {RANDOM.randbytes(400).hex()}"} for number in range(2000)]
TEXTS = [record["text"] for record in RECORDS]
DATA = jsonl(*RECORDS)


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


KINDS = [("a.jsonl.gz", gzip.compress), ("a.jsonl.zst", zstd)]


def unpacked(name: str, data: bytes) -> bytes:
    """What a decoder fed byte by byte gives before it fails or ends."""
    decoder = (
        zlib.decompressobj(31)
        if name.endswith(".gz")
        else zstandard.ZstdDecompressor().decompressobj()
    )
    found = bytearray()
    for byte in data:
        try:
            found += decoder.decompress(bytes([byte]))
        except (zlib.error, zstandard.ZstdError):
            break
    return bytes(found)


@pytest.mark.parametrize(("name", "pack"), KINDS)
def test_an_archive_holds_what_its_file_held(tmp_path, tables, name, pack):
    ingested(write(tmp_path / name, pack(DATA)), tables)
    assert texts(tables) == TEXTS
    assert rejections(tables) == []


@pytest.mark.parametrize(("name", "pack"), KINDS)
@pytest.mark.parametrize("share", [0.001, 0.3, 0.9999])
def test_a_truncated_archive_gives_its_complete_lines(tmp_path, tables, name, pack, share):
    packed = pack(DATA)
    cut = packed[: int(len(packed) * share)]
    lines = unpacked(name, cut).count(b"\n")
    ingested(write(tmp_path / name, cut), tables)
    assert texts(tables) == TEXTS[:lines]
    assert rejections(tables) == [(lines, "truncated_archive")]


def test_a_gzip_file_without_its_trailer_is_truncated(tmp_path, tables):
    ingested(write(tmp_path / "a.jsonl.gz", gzip.compress(DATA)[:-8]), tables)
    assert rejections(tables) == [(2000, "truncated_archive")]


@pytest.mark.parametrize(("name", "pack"), KINDS)
def test_a_wrong_checksum_costs_no_line_but_is_reported(tmp_path, tables, name, pack):
    packed = bytearray(pack(DATA))
    packed[-8 if name.endswith(".gz") else -1] ^= 0xFF
    whole = unpacked(name, bytes(packed)).count(b"\n")
    ingested(write(tmp_path / name, bytes(packed)), tables)
    assert whole > 1900
    assert texts(tables) == TEXTS[:whole]
    assert rejections(tables) == [(whole, "corrupt_archive")]


@pytest.mark.parametrize(("name", "pack"), KINDS)
def test_damage_midway_keeps_the_lines_before_it(tmp_path, tables, name, pack):
    packed = pack(DATA)
    middle = len(packed) // 2
    broken = packed[:middle] + b"\xff" * 4000 + packed[middle + 4000 :]
    ingested(write(tmp_path / name, broken), tables)
    found = texts(tables)
    assert len(found) > 700
    assert found[:700] == TEXTS[:700]
    assert rejections(tables)[-1][1] == "corrupt_archive"


@pytest.mark.parametrize(("name", "pack"), KINDS)
def test_archives_one_after_another_are_one_file(tmp_path, tables, name, pack):
    packed = pack(jsonl(*RECORDS[:900])) + pack(b"") + pack(jsonl(*RECORDS[900:]))
    ingested(write(tmp_path / name, packed), tables)
    assert texts(tables) == TEXTS
    assert rejections(tables) == []


@pytest.mark.parametrize(("name", "pack"), KINDS)
def test_rubbish_after_an_archive_is_reported(tmp_path, tables, name, pack):
    ingested(write(tmp_path / name, pack(DATA) + b"rubbish behind it"), tables)
    assert texts(tables) == TEXTS
    assert rejections(tables) == [(2000, "corrupt_archive")]


def test_zero_padding_after_a_gzip_file_is_none(tmp_path, tables):
    ingested(write(tmp_path / "a.jsonl.gz", gzip.compress(DATA) + bytes(5000)), tables)
    assert rejections(tables) == []


@pytest.mark.parametrize(("name", "pack"), KINDS)
def test_an_archive_of_nothing_is_empty(tmp_path, tables, name, pack):
    ingested(write(tmp_path / name, pack(b"")), tables)
    assert rejections(tables) == [(0, "empty_file")]


def test_no_archive_at_all_is_corrupt(tmp_path, tables):
    ingested(write(tmp_path / "a.jsonl.gz", DATA), tables)
    assert rejections(tables) == [(0, "corrupt_archive")]


@pytest.mark.parametrize(("name", "pack"), KINDS)
def test_a_bomb_is_one_long_line(tmp_path, tables, name, pack):
    bomb = jsonl({"text": "one"}) + b"x" * 60_000_000 + b"\n" + jsonl({"text": "two"})
    packed = pack(bomb)
    assert len(bomb) / len(packed) > 500
    ingested(write(tmp_path / name, packed), tables)
    assert texts(tables) == ["one", "two"]
    assert rejections(tables) == [(1, "document_too_large")]
