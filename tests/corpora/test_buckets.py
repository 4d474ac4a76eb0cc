"""Corpora in S3: one object is one source file, as a listing of a real server has it."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest
import zstandard
from obstore.exceptions import PermissionDeniedError

from tests.corpora.ingestion import (
    documents,
    ingested,
    jsonl,
    new_tables,
    quarantine,
    texts,
    write,
)
from tests.servers.seaweedfs import BUCKET, S3Server
from webscale_rl_dagster.corpora.bucket_files import StoredSource
from webscale_rl_dagster.corpora.buckets import find_stored
from webscale_rl_dagster.corpora.marker import Marker
from webscale_rl_dagster.errors import (
    IngestError,
    SourceChanged,
    SourceUnreadable,
    StorageError,
)
from webscale_rl_dagster.stages.ingest import IngestedShard, IngestProgress
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables


class Corpus(Objects):
    """A prefix of its own in the bucket, that counts what is fetched."""

    def __init__(self, server: S3Server, prefix: str) -> None:
        super().__init__(f"s3://{BUCKET}/{prefix}", s3=server.options())
        self.options = server.options()
        self.fetched: list[str] = []

    def open_bucket(self, uri: str) -> Objects:
        corpus = self

        class Bucket(Objects):
            def download(self, entry, path):  # type: ignore[no-untyped-def]
                corpus.fetched.append(entry.key.rsplit("/", 1)[-1])
                super().download(entry, path)

        return Bucket(uri, s3=self.options)

    def ingested(self, tables: Tables, below: str = "", **options: object) -> list[IngestedShard]:
        uri = f"{self.root}/{below}" if below else self.root
        return ingested(uri, tables, open_bucket=self.open_bucket, **options)


@pytest.fixture
def corpus(seaweedfs: S3Server, tmp_path: Path) -> Corpus:
    return Corpus(seaweedfs, f"corpora/{tmp_path.name}")


def test_every_format_and_the_address_of_every_document(
    corpus: Corpus, tables: Tables, tmp_path: Path
) -> None:
    pl.DataFrame({"text": ["of Parquet"]}).write_parquet(tmp_path / "rows.parquet")
    corpus.put("a.jsonl", jsonl({"text": "plain"}, {"no": "text"}))
    corpus.put("b/packed.jsonl.gz", gzip.compress(jsonl({"text": "packed"})))
    corpus.put("b/c d ü+%20.jsonl.zst", zstandard.compress(jsonl({"text": "zstd"})))
    corpus.put_file("rows.parquet", tmp_path / "rows.parquet")
    shards = corpus.ingested(tables)
    assert len(shards) == 4
    found = documents(tables).select("text", "source_uri", "source_row")
    assert sorted(found.iter_rows()) == [
        ("of Parquet", corpus.uri("rows.parquet"), 0),
        ("packed", corpus.uri("b/packed.jsonl.gz"), 0),
        ("plain", corpus.uri("a.jsonl"), 0),
        ("zstd", corpus.uri("b/c d ü+%20.jsonl.zst"), 0),
    ]
    assert quarantine(tables)["source_uri"].to_list() == [corpus.uri("a.jsonl")]
    content = hashlib.sha256(corpus.get("a.jsonl")).hexdigest()
    marker = Marker.model_validate_json(tables.objects.get(f"ingested/wiki/{content[:10]}.json"))
    assert (marker.source_uri, marker.sha256) == (corpus.uri("a.jsonl"), content)


def test_one_object_by_its_key(corpus: Corpus, tables: Tables) -> None:
    corpus.put("part-0", jsonl({"text": "of no suffix"}))
    corpus.put("part-0/deeper.jsonl", jsonl({"text": "below its name"}))
    corpus.put("part-00.jsonl", jsonl({"text": "of a longer name"}))
    with pytest.raises(IngestError, match="part-0: unknown suffix"):
        corpus.ingested(tables, "part-0")
    corpus.ingested(tables, "part-0", format="jsonl")
    assert texts(tables) == ["of no suffix"]
    corpus.ingested(tables, "part-0/")
    assert texts(tables).count("of a longer name") == 0


def test_hidden_names_and_unknown_suffixes_are_passed_over(corpus: Corpus, tables: Tables) -> None:
    for key in (
        *(".hidden/a.jsonl", "b/.c.jsonl", "_SUCCESS.jsonl", "b/_temporary/0/e.jsonl"),
        *("_SUCCESS", "README.md", "d.json"),
    ):
        corpus.put(key, jsonl({"text": key}))
    with pytest.raises(IngestError, match="does not hold a file to read; known are .jsonl"):
        corpus.ingested(tables)
    corpus.ingested(tables, format="jsonl")
    assert texts(tables) == ["d.json"]
    with pytest.raises(IngestError, match="does not hold a parquet file"):
        corpus.ingested(tables, format="parquet")


def test_a_folder_is_read_as_its_copy_in_a_bucket_is(
    corpus: Corpus, tables: Tables, tmp_path: Path
) -> None:
    """As the sensors of either do, of a Spark job whose attempts failed and were run again."""
    for name in ("part-0.jsonl", "_SUCCESS.jsonl", "_temporary/0/part-1.jsonl", ".part-0.jsonl"):
        corpus.put(name, jsonl({"text": name}))
        write(tmp_path / "out" / name, jsonl({"text": name}))
    corpus.ingested(tables)
    local = new_tables(tmp_path / "local")
    ingested(tmp_path / "out", local)
    assert texts(tables) == texts(local) == ["part-0.jsonl"]


CARD = b"""---
license: cc-by-4.0
configs:
- {config_name: default, data_files: [{split: train, path: en/*}, {split: test, path: test/*}]}
- {config_name: de, data_files: "de/**/*.jsonl"}
---
# A dataset
"""


@pytest.mark.parametrize(
    ("chosen", "read"),
    [
        ({}, ["en/a.jsonl", "test/a.jsonl"]),
        ({"split": "train"}, ["en/a.jsonl"]),
        ({"subset": "de"}, ["de/deep/a.jsonl"]),
    ],
)
def test_a_dataset_card_says_what_is_read_and_under_which_licence(
    chosen: dict[str, str], read: list[str], corpus: Corpus, tables: Tables
) -> None:
    corpus.put("README.md", CARD)
    for key in ("en/a.jsonl", "de/deep/a.jsonl", "test/a.jsonl", "other.jsonl"):
        corpus.put(key, jsonl({"text": key}))
    corpus.ingested(tables, **chosen)
    assert sorted(filter(None, texts(tables))) == read
    assert documents(tables)["licence"].unique().to_list() == ["cc-by-4.0"]


def test_what_a_dataset_card_does_not_name_cannot_be_chosen(corpus: Corpus, tables: Tables) -> None:
    corpus.put("a.jsonl", jsonl({"text": "a"}))
    for below in ("", "a.jsonl"):
        with pytest.raises(IngestError, match=r"no README\.md with a dataset card.*'en' to choose"):
            corpus.ingested(tables, below, subset="en")
    corpus.put("README.md", CARD)
    with pytest.raises(IngestError, match=r"README\.md knows no subset 'en': .* default, de"):
        corpus.ingested(tables, subset="en")
    with pytest.raises(IngestError, match=r"does not hold a file to read that matches de/\*\*"):
        corpus.ingested(tables, subset="de")
    corpus.put("README.md", b"---\na: [\n---\n")
    with pytest.raises(IngestError, match=r"s3://.+/README\.md says which files .* no YAML"):
        corpus.ingested(tables)


def test_each_text_object_is_a_document_of_its_own(corpus: Corpus, tables: Tables) -> None:
    corpus.put("One town.txt", b"First.")
    corpus.put("deep/Two towns.txt", b"Second.")
    assert len(corpus.ingested(tables)) == 2
    found = documents(tables).sort("text").select("text", "title", "source_uri")
    assert list(found.iter_rows()) == [
        ("First.", "One town", corpus.uri("One town.txt")),
        ("Second.", "Two towns", corpus.uri("deep/Two towns.txt")),
    ]
    corpus.put("more.jsonl", jsonl({"text": "third"}))
    with pytest.raises(IngestError, match=r"holds both text \(.+\.txt\) and jsonl \(more.jsonl\)"):
        corpus.ingested(tables)


def test_an_object_that_did_not_change_is_not_fetched_again(corpus: Corpus, tables: Tables) -> None:
    corpus.put("a.jsonl", jsonl({"text": "one"}))
    corpus.put("b.jsonl", jsonl({"text": "two"}))
    first = corpus.ingested(tables)
    assert corpus.fetched == ["a.jsonl", "b.jsonl"]
    again = corpus.ingested(tables)
    assert corpus.fetched == ["a.jsonl", "b.jsonl"]
    assert [shard.key for shard in again] == [shard.key for shard in first]
    assert not any(shard.new for shard in again)
    corpus.put("b.jsonl", jsonl({"text": "three"}))
    corpus.put("copy.jsonl", jsonl({"text": "one"}))
    corpus.ingested(tables)
    assert corpus.fetched[2:] == ["b.jsonl", "copy.jsonl"]
    assert sorted(filter(None, texts(tables))) == ["one", "three", "two"]


def test_an_object_replaced_after_it_was_listed_is_not_ingested(
    corpus: Corpus, tables: Tables
) -> None:
    corpus.put("a.jsonl", jsonl({"text": "old"}))
    (found,), size = find_stored(corpus.uri("a.jsonl"), "auto", corpus.open_bucket)
    assert size == len(jsonl({"text": "old"}))
    corpus.put("a.jsonl", jsonl({"text": "new"}))
    with pytest.raises(SourceChanged, match=r"a\.jsonl was replaced while it was read"):
        with found.opened():
            pass
    corpus.delete(["a.jsonl"])
    with pytest.raises(SourceChanged, match=r"a\.jsonl was replaced while it was read"):
        with found.opened():
            pass


def test_an_object_that_may_not_be_read_is_told_from_a_server_that_is_away(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus.put("a.jsonl", jsonl({"text": "archived"}))
    (found,), _ = find_stored(corpus.uri("a.jsonl"), "auto", corpus.open_bucket)
    answer = (
        "Error performing GET http://s3.example/b/a.jsonl in 5 ms - Server returned non-2xx status "
        "code: 403 Forbidden: <Error><Code>InvalidObjectState</Code></Error>"
    )

    def refuse(*_given: object, **_options: object) -> None:
        raise PermissionDeniedError(answer)

    monkeypatch.setattr("obstore.get", refuse)
    with pytest.raises(SourceUnreadable, match=r"a\.jsonl: the object is in an archive: restore"):
        with found.opened():
            pass
    monkeypatch.setattr("obstore.head", refuse)
    with pytest.raises(SourceUnreadable, match="archive"):
        find_stored(corpus.uri("a.jsonl"), "auto", corpus.open_bucket)


def test_nothing_is_left_on_the_local_disk(
    corpus: Corpus, tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(room))
    long = f"{'é' * 120}.jsonl"
    corpus.put(long, jsonl({"text": "of a long name"}))
    (found,), _ = find_stored(corpus.uri(long), "auto", corpus.open_bucket)
    with found.opened() as source:
        assert source.path.read_bytes() == corpus.get(long)
        assert room in source.path.parents
    corpus.ingested(tables)
    assert documents(tables)["source_uri"].to_list() == [corpus.uri(long)]
    assert list(room.iterdir()) == []


def test_two_ingesters_at_once_leave_what_one_would(
    corpus: Corpus, tables: Tables, tmp_path: Path
) -> None:
    for name in "abc":
        rows = ({"text": f"document {number} of {name}"} for number in range(200))
        corpus.put(f"{name}.jsonl", jsonl(*rows))
    both = Tables(Objects(f"{corpus.root}-store", s3=corpus.options))
    with ThreadPoolExecutor(2) as pool:
        work = [pool.submit(corpus.ingested, both, shard_documents=50) for _ in range(2)]
        keys = [sorted(shard.key for shard in done.result()) for done in work]
    corpus.ingested(tables, shard_documents=50)
    assert keys[0] == keys[1] == both.shards("raw_documents") == tables.shards("raw_documents")
    same = ["document_id", "text", "source_uri", "source_row", "kept", "duplicate_of"]
    assert documents(both).select(same).equals(documents(tables).select(same))


def test_progress_is_told_in_bytes_of_all_objects(corpus: Corpus, tables: Tables) -> None:
    for number in range(3):
        corpus.put(f"{number}.jsonl", jsonl({"text": f"document {number}"}))
    told: list[IngestProgress] = []
    corpus.ingested(tables, on_progress=told.append)
    sizes = 3 * len(jsonl({"text": "document 0"}))
    assert {progress.bytes_total for progress in told} == {sizes}
    assert (told[-1].bytes_read, told[-1].file) == (sizes, corpus.uri("2.jsonl"))


def test_a_prefix_is_listed_page_by_page_as_it_is_read(corpus: Corpus) -> None:
    class Pages(Objects):
        asked = 0

        def entries(self, prefix: str = "") -> Iterator:  # type: ignore[type-arg]
            for entry in super().entries(prefix):
                self.asked += 1
                yield entry

    for number in range(5):
        corpus.put(f"{number}.jsonl", b"{}")
    opened: list[Pages] = []

    def open_bucket(uri: str) -> Objects:
        opened.append(Pages(uri, s3=corpus.options))
        return opened[-1]

    sources, _ = find_stored(corpus.root, "auto", open_bucket)
    before = opened[0].asked
    first = next(iter(sources))
    assert isinstance(first, StoredSource)
    assert (first.uri, opened[0].asked - before) == (corpus.uri("0.jsonl"), 1)


@pytest.mark.parametrize("key", ["a//b.jsonl", "/a.jsonl", "a/../b", "a//", "a\tb/"])
def test_a_key_that_cannot_be_used(key: str, corpus: Corpus) -> None:
    with pytest.raises(IngestError, match="keys with a control character, an empty part"):
        find_stored(f"s3://{BUCKET}/{key}", "auto", corpus.open_bucket)
    with pytest.raises(StorageError, match="keys with a control character, an empty part"):
        corpus.entry("a//b.jsonl")


@pytest.mark.parametrize("uri", ["s3://", "s3:///key.jsonl"])
def test_an_address_without_a_bucket(uri: str, corpus: Corpus) -> None:
    with pytest.raises(IngestError, match="names no bucket"):
        find_stored(uri, "auto", corpus.open_bucket)


def test_a_bucket_that_is_not_there(corpus: Corpus) -> None:
    with pytest.raises(StorageError, match="there is no bucket 'nowhere'"):
        find_stored("s3://nowhere/a", "auto", corpus.open_bucket)
