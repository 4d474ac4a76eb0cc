"""A user's text is words: it finds what has them all, and no text is an error."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.search.conftest import rewrite
from webscale_rl_dagster.schemas import frame_of
from webscale_rl_dagster.search.index import Index, open_index
from webscale_rl_dagster.search.queries import DocumentQuery, Found, PairQuery
from webscale_rl_dagster.search.updating import update
from webscale_rl_dagster.storage.tables import Tables

QUESTIONS = (
    "When did Élan Vital open the Gare d'Orsay?",
    "Which co-operative owns the mill at Saint-Étienne?",
    "東京都の人口は何人ですか",
    "What does status:published OR (1=1) mean?",
    "Who cast the great bell?",
)


@pytest.fixture
def told(tables: Tables, folder: Path) -> tuple[Index, list[str]]:
    """An index of a shard whose first questions are those above, and their ids."""
    shard = next(key for key in tables.shards("candidate_qa") if key.startswith("wiki"))
    candidates = tables.read("candidate_qa", shard)
    ids = [f"{shard.replace('/', '.')}.{number:024}" for number in range(len(QUESTIONS))]
    first = candidates.row(0, named=True)
    asking = [
        {**first, "qa_id": qa_id, "question": question}
        for qa_id, question in zip(ids, QUESTIONS, strict=True)
    ]
    few = frame_of("candidate_qa", asking)
    rewrite(tables, "candidate_qa", shard, few.with_columns(answer=pl.lit("it is told")))
    update(tables, folder)
    index = open_index(folder)
    assert index is not None
    return index, few["qa_id"].to_list()


def asked(index: Index, text: str) -> list[str]:
    return [row["qa_id"] for row in index.pairs(PairQuery(text), limit=1000).rows]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("elan VITAL", [0]),
        ("Élan vital", [0]),
        ("vital élan", [0]),
        ('"elan vital"', [0]),
        ('"vital elan"', []),
        ('"elan vital', [0]),
        ("gare d'orsay", [0]),
        ("orsay d", [0]),
        ("co-operative", [1]),
        ("operative saint etie", [1]),
        ("etie saint", []),
        ("東京", [2]),
        ("京東", []),
        ("人口", [2]),
        ("status:published OR", [3]),
        ("status:published AND", []),
        ("-bell great", [4]),
        ("gre* bell", []),
        ("bell gre*", [4]),
        ("told vital", [0]),
        ("vital it's told", []),
        ("great zzz", []),
    ],
)
def test_all_words_must_occur(told: tuple[Index, list[str]], text: str, found: list[int]) -> None:
    index, ids = told
    assert asked(index, text) == [ids[number] for number in found]


@pytest.mark.parametrize("text", ["", "   ", "?!", '"', '""', "()", "*", "-"])
def test_a_text_without_a_word_asks_nothing(index: Index, text: str) -> None:
    assert index.pairs(PairQuery(text)).total == index.pairs(PairQuery()).total


def test_a_pair_is_found_by_its_id_and_any_beginning_of_it(tables: Tables, index: Index) -> None:
    rows = index.pairs(PairQuery(), limit=1000).rows
    qa_id, shard = rows[0]["qa_id"], rows[0]["shard"]
    same_shard = [row["qa_id"] for row in rows if row["shard"] == shard]
    assert asked(index, qa_id) == [qa_id]
    assert asked(index, qa_id[:-10]) == [qa_id]
    assert asked(index, f'"{qa_id}"') == []
    corpus, file, number, _digest = qa_id.split(".")
    for beginning in (f"{corpus}.{file}", f"{corpus}.{file}.", f"{corpus}.{file}.{number}."):
        assert asked(index, beginning) == same_shard
    assert asked(index, f"{corpus}.{file[:5]}") == same_shard
    assert asked(index, qa_id[:-1] + "0" * (qa_id[-1] != "0")) in ([qa_id], [])
    assert asked(index, f"{corpus}.{file}.{number}.{'f' * 24}") == []


def test_a_document_is_found_by_its_words_and_its_id(index: Index) -> None:
    rows = index.documents(DocumentQuery(), limit=1000).rows
    first = rows[0]
    same = [row for row in rows if row["document_id"] == first["document_id"]]
    for text in (first["document_id"], first["document_id"][:6]):
        assert index.documents(DocumentQuery(text)).rows == same
    assert first in index.documents(DocumentQuery(f"{first['title']} jsonl")).rows
    assert index.documents(DocumentQuery("nowhere at all")).total == 0


HOSTILE = st.text(st.characters(exclude_categories=()), max_size=60) | st.text(
    st.sampled_from('ab0 .:*?~^+-"\\()[]{}/|&!<>=\x00\ud800\u202e\u0301漢\U0001f600'), max_size=30
)


@given(text=HOSTILE, value=HOSTILE, offset=st.integers(-5, 10**19), limit=st.integers(-5, 10**19))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_is_an_error(index: Index, text: str, value: str, offset: int, limit: int) -> None:
    facets = {"persona": [value], "release": [value]}
    found: list[Found] = [
        index.pairs(PairQuery(text), offset=offset, limit=limit),
        index.documents(DocumentQuery(text, {"shard": [value]}), offset=offset, limit=limit),
        index.pairs(PairQuery(text, facets)),
    ]
    assert all(one.total >= len(one.rows) for one in found)
    index.shards_of("url", value, prefix=True)
    index.shards_of("document_id", value, prefix=True)
    index.shards_of("source_uri", text)


@pytest.mark.parametrize("text", ["a " * 50_000, "a" * 100_000, '"' * 9_999, "漢" * 5_000])
def test_a_long_text_takes_no_longer(index: Index, text: str) -> None:
    assert index.pairs(PairQuery(text, {"persona": [text]})).total == 0
