import os

import pytest

from tests.corpora.ingestion import ingested, jsonl, texts, write
from webscale_rl_dagster.corpora.sources import find_sources
from webscale_rl_dagster.errors import IngestError


@pytest.fixture
def folder(tmp_path):
    for name in ("b/2.jsonl", "b/1.jsonl.gz", "a.parquet", "c.jsonl.zst", "d.json.gz", "_SUCCESS"):
        write(tmp_path / "in" / name, b"")
    return tmp_path / "in"


def names(path, format="auto"):
    return [str(source.path.relative_to(path)) for source in find_sources(path, format)]


def test_a_folder_of_data_files_is_as_many_sources(folder):
    assert names(folder) == ["a.parquet", "b/1.jsonl.gz", "b/2.jsonl", "c.jsonl.zst"]


def test_a_named_format_picks_its_files(folder):
    assert names(folder, "parquet") == ["a.parquet"]
    assert names(folder, "jsonl") == ["b/1.jsonl.gz", "b/2.jsonl", "c.jsonl.zst", "d.json.gz"]


def test_data_beside_text_needs_a_format(folder):
    write(folder / "readme.txt", b"")
    with pytest.raises(IngestError, match="name the format"):
        find_sources(folder, "auto")
    assert names(folder, "text") == ["."]
    assert names(folder, "parquet") == ["a.parquet"]


def test_links_lead_to_files_but_not_to_folders(folder, tmp_path):
    write(tmp_path / "blobs/x", b"")
    (folder / "e.jsonl").symlink_to(tmp_path / "blobs/x")
    (folder / "again").symlink_to(folder)
    (folder / "gone.jsonl").symlink_to(tmp_path / "nothing")
    assert names(folder)[-1] == "e.jsonl"


@pytest.mark.parametrize(
    ("name", "format", "advice"),
    [
        ("missing.jsonl", "auto", "no such file"),
        ("data.csv", "auto", "unknown suffix"),
        ("nothing", "auto", "does not hold"),
        ("data.jsonl", "csv", "unknown format"),
        ("nothing", "text", "does not hold"),
        ("pipe.jsonl", "auto", "neither a file nor a folder"),
    ],
)
def test_what_cannot_be_ingested_is_refused_with_advice(tmp_path, tables, name, format, advice):
    write(tmp_path / "data.csv", b"a,b")
    write(tmp_path / "data.jsonl", b"{}")
    (tmp_path / "nothing").mkdir()
    os.mkfifo(tmp_path / "pipe.jsonl")
    with pytest.raises(IngestError, match=advice):
        ingested(tmp_path / name, tables, format=format)


def test_a_remote_path_is_refused(tables):
    with pytest.raises(IngestError, match="only local paths"):
        find_sources("s3://bucket/corpus", "auto")


def test_a_named_format_reads_a_file_of_any_name(tmp_path, tables):
    ingested(write(tmp_path / "part-00000", jsonl({"text": "one"})), tables, format="jsonl")
    assert texts(tables) == ["one"]


def test_a_relative_path_is_made_absolute(tmp_path, monkeypatch):
    write(tmp_path / "a.jsonl", b"")
    monkeypatch.chdir(tmp_path)
    assert find_sources("./x/../a.jsonl", "auto")[0].path == tmp_path / "a.jsonl"
