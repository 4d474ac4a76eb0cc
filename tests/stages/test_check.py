"""The check stage: rules, repeats within a document, and the paper's three questions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.pipeline import reply, town
from tests.servers.openai_server import Script
from tests.stages.streams import PERSONAS, candidate, dispatching, document, made, towns
from webscale_rl_dagster.stages.check import check_candidates
from webscale_rl_dagster.storage.tables import Row

SOUND = {"reason": "x", "answer_correct": True, "answer_leaked": False, "self_contained": True}


async def checked(
    folder: Path, candidates: list[Row], documents: list[Row], script: Script | None = None
) -> list[Row]:
    async with dispatching(folder, script) as dispatcher:
        return await made("checked_qa", check_candidates(candidates, documents, dispatcher))


async def test_a_sound_pair_is_kept_with_its_evidence(tmp_path: Path) -> None:
    [found] = towns(1)
    [row] = await checked(tmp_path, [candidate(found)], [found])
    assert row["kept"]
    assert found["text"][row["evidence_start"] : row["evidence_end"]] == "1200"
    assert [row[name] for name in SOUND if name != "reason"] == [True, False, True]


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        ({"answer_correct": False}, "model_answer_incorrect"),
        ({"answer_leaked": True}, "model_answer_leaked"),
        ({"self_contained": False}, "model_not_self_contained"),
    ],
)
async def test_each_of_the_papers_questions_can_drop_a_pair(
    tmp_path: Path, verdict: dict[str, bool], reason: str
) -> None:
    [found] = towns(1)
    script = Script(reply=lambda _: json.dumps(SOUND | verdict))
    [row] = await checked(tmp_path, [candidate(found)], [found], script)
    assert (row["kept"], row["reason"]) == (False, reason)


async def test_a_broken_rule_is_never_asked_about(tmp_path: Path) -> None:
    [found] = towns(1)
    script = Script(reply=reply)
    broken = candidate(found, question="According to the text, what is said?")
    [row] = await checked(tmp_path, [broken], [found], script)
    assert row["reason"] == row["rules_failed"][0]
    assert row["answer_correct"] is None
    assert not script.requests


async def test_a_repeat_is_one_within_its_document_only(tmp_path: Path) -> None:
    """Also of another window; the same question of another document is another question."""
    documents = [document(f"{town(0)} It is {word}.", "Aldermoor") for word in ("old", "new")]
    half = len(documents[0]["text"]) // 2
    candidates = [
        candidate(documents[0], PERSONAS[0], window_end=half),
        candidate(documents[0], PERSONAS[1], window=1, qa_id="other"),
        candidate(documents[1], PERSONAS[0]),
    ]
    rows = await checked(tmp_path, candidates, documents)
    assert [row["rules_failed"] for row in rows] == [[], ["duplicate_question"], []]
    assert [row["kept"] for row in rows] == [True, False, True]
