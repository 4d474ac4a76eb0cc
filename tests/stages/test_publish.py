"""Verified pairs: one record of what three tables say."""

from __future__ import annotations

import pytest

from tests.stages.streams import PERSONAS, Tap, candidate, towns
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.schemas import TABLES
from webscale_rl_dagster.stages.publish import publish_pairs
from webscale_rl_dagster.storage.tables import Row

COLUMNS = {
    "corpus": "wiki",
    "source_uri": "file:///towns.jsonl",
    "source_row": 3,
    "url": None,
    "licence": "CC0-1.0",
}


def verdicts(pair: Row) -> Row:
    judged: Row = dict.fromkeys(TABLES["checked_qa"].names()) | {
        "evidence_start": 5,
        "evidence_end": 9,
        "answer_type": "date",
        "verifier": "date",
        "checker_model": "judge",
    }
    return judged | {"qa_id": pair["qa_id"], "document_id": pair["document_id"]}


def test_a_pair_carries_its_source_and_verdicts_and_the_form_of_its_answer() -> None:
    [found] = towns(1)
    pair = candidate(found)
    [row] = publish_pairs([verdicts(pair)], [pair], [found | COLUMNS])
    assert list(row) == TABLES["verified_qa"].names()
    assert {name: row[name] for name in COLUMNS} == COLUMNS
    assert (row["answer"], row["answer_type"], row["verifier"]) == ("1200", "date", "date")
    assert (row["generator_model"], row["checker_model"]) == ("test-model", "judge")
    assert (row["evidence_start"], row["evidence_end"]) == (5, 9)
    assert (row["kept"], row["reason"], row["error"]) == (True, None, None)


def test_candidates_that_were_not_accepted_are_passed_over() -> None:
    documents = [found | COLUMNS for found in towns(3)]
    candidates = [candidate(found, persona) for found in documents for persona in PERSONAS]
    accepted = [candidates[1], candidates[4]]
    rows = list(publish_pairs(map(verdicts, accepted), candidates, documents))
    assert [row["qa_id"] for row in rows] == [pair["qa_id"] for pair in accepted]


def test_a_verdict_on_no_candidate_of_the_shard_is_refused() -> None:
    first, second = (found | COLUMNS for found in towns(2))
    pairs = publish_pairs([verdicts(candidate(second))], [candidate(first)], [first, second])
    with pytest.raises(StorageError, match="checked_qa and candidate_qa do not agree: qa_id"):
        list(pairs)


def test_pairs_are_made_one_by_one() -> None:
    documents = Tap((found | COLUMNS for found in towns(1000)), shut_at=1000)
    candidates = Tap(map(candidate, towns(1000)), shut_at=1000)
    pairs = publish_pairs(map(verdicts, map(candidate, towns(1000))), candidates, documents)
    next(pairs)
    assert (documents.taken, candidates.taken) == (1, 1)
