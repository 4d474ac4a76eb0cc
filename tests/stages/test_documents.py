"""Merge joins: rows with what they were made from, both streams read once."""

from __future__ import annotations

import pytest

from tests.stages.streams import Tap, document, towns, whole
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.stages.documents import in_document, paired, with_windows

DOCUMENTS = [document(text, text.title()) for text in ("one", "two", "three", "four")]


def test_rows_find_their_source_though_some_share_one_and_some_sources_have_none() -> None:
    rows = [{"id": 2, "n": 0}, {"id": 2, "n": 1}, {"id": 4, "n": 2}]
    sources = [{"id": number} for number in range(6)]
    found = list(paired(rows, sources, key="id", table="rows", source="sources"))
    assert [(row["n"], source["id"]) for row, source in found] == [(0, 2), (1, 2), (2, 4)]


def test_a_row_is_given_the_text_of_its_window() -> None:
    rows = [
        whole(DOCUMENTS[0]) | {"window_end": 1},
        whole(DOCUMENTS[0]) | {"window": 1, "window_start": 1},
        whole(DOCUMENTS[2]),
    ]
    found = list(with_windows(rows, DOCUMENTS, table="filtered_documents"))
    assert [row["text"] for row in found] == ["o", "ne", "three"]
    assert [row["title"] for row in found] == ["One", "One", "Three"]
    assert [row["opening"] for row in found] == ["one", "one", "three"]


def test_a_document_without_a_title_has_an_empty_one() -> None:
    untitled = document("text") | {"title": None}
    [row] = with_windows([whole(untitled)], [untitled], table="filtered_documents")
    assert row["title"] == ""


@pytest.mark.parametrize(
    "rows",
    [
        [whole(document("of another shard"))],
        [whole(DOCUMENTS[0]), whole(document("of another shard")), whole(DOCUMENTS[1])],
        [whole(DOCUMENTS[1]), whole(DOCUMENTS[0])],
    ],
    ids=["missing", "missing between", "out of order"],
)
def test_a_row_without_its_document_names_both_tables_and_what_to_run(rows: list) -> None:
    said = "candidate_qa and raw_documents do not agree: document_id .* run candidate_qa again"
    with pytest.raises(StorageError, match=said):
        list(with_windows(rows, DOCUMENTS, table="candidate_qa"))


def test_no_more_is_read_than_the_rows_at_hand_need() -> None:
    tap = Tap(towns(1000), shut_at=1000)
    rows = (whole(found) for found in towns(1000))
    stream = with_windows(rows, tap, table="filtered_documents")
    for count in range(1, 20):
        next(stream)
        assert tap.taken == count


def test_a_span_of_a_window_is_told_in_the_documents_coordinates() -> None:
    assert in_document((3, 5), {"window_start": 100}) == (103, 105)
    assert in_document(None, {"window_start": 100}) == (None, None)
