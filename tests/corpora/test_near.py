"""Near duplicates among documents, as ingestion finds them."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import permutations
from pathlib import Path

import polars as pl
import pytest

from tests.corpora.ingestion import documents, ingested, jsonl, new_tables, write
from tests.pipeline import pipeline_in
from webscale_rl_dagster.corpora import known as known_module
from webscale_rl_dagster.corpora import near as near_module
from webscale_rl_dagster.corpora.known import KnownDocuments
from webscale_rl_dagster.corpora.near import NearDocuments
from webscale_rl_dagster.corpora.records import Document
from webscale_rl_dagster.deduplication.documents import signature_of
from webscale_rl_dagster.identity import document_id
from webscale_rl_dagster.storage.tables import StoredTable, Tables

NEAR = "near_duplicate_document"
SAMPLE = Path(__file__).parents[2] / "sample_corpus"


def page(seed: int, *, edits: int = 0, words: int = 400) -> str:
    """The same text for the same seed, but for so many words."""
    chance = random.Random(seed)
    text = [f"word{chance.randrange(9999)}" for _ in range(words)]
    for at in range(edits):
        text[(at + 1) * words // (edits + 1)] = f"edit{edits}"
    return " ".join(text)


def pages(*texts: str) -> bytes:
    return jsonl(*({"text": text} for text in texts))


def outcomes(tables: Tables) -> list[tuple[str | None, str | None, bool]]:
    """Reason, survivor, and whether the text is there, of each row."""
    frame = documents(tables).select("reason", "duplicate_of", "text")
    return [(reason, of, text is not None) for reason, of, text in frame.iter_rows()]


def essence(tables: Tables) -> list[tuple[object, ...]]:
    return documents(tables).drop("ingested_at").rows()


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """The second file nearly repeats the first, but for one new page in its middle."""
    first = write(tmp_path / "a.jsonl", pages(page(1), page(2), page(3)))
    second = write(
        tmp_path / "b.jsonl", pages(page(1, edits=4), page(9), page(3, edits=4), page(2))
    )
    return first, second


def test_a_near_duplicate_is_a_row_with_its_text_that_names_the_survivor(
    tables: Tables, two: tuple[Path, Path]
) -> None:
    ingested(two[0], tables, near_duplicates=0.8)
    [shard] = ingested(two[1], tables, corpus="mirror", near_duplicates=0.8)
    assert (shard.rows, shard.kept, shard.duplicates) == (4, 1, 3)
    assert outcomes(tables)[:4] == [
        (NEAR, document_id(page(1)), True),
        (None, None, True),
        (NEAR, document_id(page(3)), True),
        ("duplicate_document", document_id(page(2)), False),
    ]
    row = documents(tables).row(0, named=True)
    assert (row["corpus"], row["source_uri"], row["source_row"]) == ("mirror", str(two[1]), 0)
    assert row["document_id"] == document_id(page(1, edits=4))


def test_two_corpora_of_the_same_content_keep_both_provenances(
    tables: Tables, two: tuple[Path, Path]
) -> None:
    ingested(two[0], tables, corpus="wiki", near_duplicates=0.8)
    ingested(two[0], tables, corpus="zine", near_duplicates=0.8)
    rows = documents(tables)
    assert rows["kept"].to_list() == [True] * 3 + [False] * 3
    assert rows["corpus"].to_list() == ["wiki"] * 3 + ["zine"] * 3
    assert rows["duplicate_of"].to_list()[3:] == rows["document_id"].to_list()[:3]


def test_signatures_lie_with_kept_documents_alone(tables: Tables, two: tuple[Path, Path]) -> None:
    for path in two:
        ingested(path, tables, near_duplicates=0.8)
    for row in documents(tables).iter_rows(named=True):
        assert row["minhash"] == (signature_of(row["text"]) if row["kept"] else None)


def test_short_texts_repeat_only_exactly(tmp_path: Path, tables: Tables) -> None:
    path = write(tmp_path / "a.jsonl", pages("a b c d", "A b c d!", "a b c d", "a b c d e"))
    ingested(path, tables, near_duplicates=0.8)
    assert documents(tables)["reason"].to_list() == [None, None, "duplicate_document", None]


def test_without_a_threshold_only_exact_repeats_count(
    tables: Tables, two: tuple[Path, Path]
) -> None:
    for path in two:
        ingested(path, tables)
    assert documents(tables)["kept"].sum() == 6
    assert documents(tables)["minhash"].null_count() == 7


def test_a_repeat_makes_nothing_else_a_repeat(tmp_path: Path, tables: Tables) -> None:
    """b is like a, and c like b but not like a: c stays."""
    texts = [page(1), page(1, edits=6), page(1, edits=6).replace("word1", "wort1", 6)]
    ingested(write(tmp_path / "a.jsonl", pages(*texts)), tables, near_duplicates=0.8)
    assert documents(tables)["reason"].to_list() == [None, NEAR, None]


class Crash(Exception):
    pass


@pytest.mark.parametrize("shards_before", [0, 1, 2])
def test_a_rerun_after_a_crash_ends_like_an_undisturbed_run(
    tmp_path: Path, two: tuple[Path, Path], shards_before: int
) -> None:
    undisturbed = new_tables(tmp_path / "undisturbed")
    crashed = new_tables(tmp_path / "crashed")
    options = {"shard_documents": 1, "near_duplicates": 0.8}
    for path in two:
        ingested(path, undisturbed, **options)
    ingested(two[0], crashed, **options)
    seen = 0

    def crash(_progress: object) -> None:
        nonlocal seen
        seen += 1
        if seen > shards_before:
            raise Crash

    with pytest.raises(Crash):
        ingested(two[1], crashed, on_progress=crash, **options)
    ingested(two[1], crashed, **options)
    assert essence(crashed) == essence(undisturbed)


def test_one_process_a_file_finds_what_one_process_finds(
    tmp_path: Path, two: tuple[Path, Path]
) -> None:
    together = new_tables(tmp_path / "together")
    ingested(tmp_path, together, format="jsonl", near_duplicates=0.8)
    code = """
import sys
from pathlib import Path
from tests.corpora.ingestion import ingested, new_tables
ingested(Path(sys.argv[1]), new_tables(Path(sys.argv[2])), near_duplicates=0.8)
"""
    for path in two:
        command = [sys.executable, "-c", code, str(path), str(tmp_path / "apart")]
        subprocess.run(command, check=True, cwd=Path(__file__).parents[2])
    assert essence(new_tables(tmp_path / "apart")) == essence(together)


def test_a_later_ingestion_reads_signatures_and_no_text(
    tables: Tables, two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    ingested(two[0], tables, near_duplicates=0.8)
    asked: list[object] = []
    batches = StoredTable.batches

    def watched(table: StoredTable, columns: list[str], **options: int) -> Iterator[pl.DataFrame]:
        asked.extend(columns)
        return batches(table, columns, **options)

    monkeypatch.setattr(StoredTable, "batches", watched)
    ingested(two[1], tables, near_duplicates=0.8)
    assert set(asked) == {"document_id", "minhash", "kept", "reason"}


def test_signatures_that_are_missing_are_made_of_the_texts(
    tables: Tables, two: tuple[Path, Path]
) -> None:
    ingested(two[0], tables)
    [shard] = ingested(two[1], tables, near_duplicates=0.8)
    assert shard.kept == 1


def test_signatures_of_another_scheme_are_made_anew(
    tables: Tables, two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    older = "signature_of"
    with monkeypatch.context() as patch:
        patch.setattr(known_module, older, lambda text: b"\x00" + signature_of(text)[1:])
        ingested(two[0], tables, near_duplicates=0.8)
    [shard] = ingested(two[1], tables, near_duplicates=0.8)
    assert shard.kept == 1


def test_the_order_of_what_is_stored_does_not_matter() -> None:
    stored = [page(1, edits=1), page(1, edits=2), page(1, edits=3), page(5)]
    found = set()
    for order in permutations(stored):
        with closing(sqlite3.connect("")) as database:
            near = NearDocuments(database, 0.8)
            for text in order:
                near.add(document_id(text), signature_of(text))
            found.add(near.find(signature_of(page(1))))
    assert len(found) == 1
    assert found < {document_id(text) for text in stored[:3]}


def test_a_crowd_in_one_band_is_compared_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near_module, "CROWD", 2)
    stored = [f"{page(1)} {page(number, words=50)}" for number in range(2, 12)]
    found = set()
    for order in (stored, stored[::-1]):
        with closing(sqlite3.connect("")) as database:
            near = NearDocuments(database, 0.8)
            for text in order:
                near.add(document_id(text), signature_of(text))
            found.add(near.find(signature_of(page(1))))
    assert len(found) == 1
    assert None not in found


def test_a_known_document_is_found_by_its_id_alone() -> None:
    with closing(KnownDocuments(near=0.8)) as known:
        document = Document("x", source_uri="/x.txt", source_row=0)
        assert known.judge(document_id("x"), document).reason is None
        verdict = known.judge(document_id("x"), document)
    assert (verdict.reason, verdict.duplicate_of) == ("duplicate_document", document_id("x"))


def test_of_the_sample_corpus_only_the_copies_are_dropped(tables: Tables) -> None:
    ingested(SAMPLE, tables, format="jsonl", near_duplicates=0.8)
    rows = documents(tables).filter(~documents(tables)["kept"])
    found = {
        (Path(uri).name, row): reason
        for uri, row, reason in rows.select("source_uri", "source_row", "reason").iter_rows()
    }
    assert found == {("bad.jsonl", 7): "duplicate_document", ("bad.jsonl", 8): NEAR}
    assert rows["duplicate_of"].n_unique() == 1


@pytest.mark.parametrize(("documents_threshold", "kept"), [(0.8, 1), (None, 2)])
def test_the_configuration_decides(
    tmp_path: Path, documents_threshold: float | None, kept: int
) -> None:
    with pipeline_in(tmp_path) as pipeline:
        pipeline.configure(deduplication={"documents": documents_threshold})
        pipeline.ingest("pages.jsonl", [page(1), page(1, edits=4)])
        assert documents(pipeline.tables)["kept"].sum() == kept
