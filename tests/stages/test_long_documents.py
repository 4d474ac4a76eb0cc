"""A document longer than the models' window, from the filter to the published pair."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipeline import reply, town
from tests.servers.openai_server import Script
from tests.stages.streams import SHARD, dispatching, document, kept, made, windows_of
from webscale_rl_dagster.config import FilterConfig, VerificationConfig
from webscale_rl_dagster.stages.check import Judges, check_candidates
from webscale_rl_dagster.stages.classify import classify_documents
from webscale_rl_dagster.stages.filter import filter_documents
from webscale_rl_dagster.stages.generate import generate_candidates
from webscale_rl_dagster.stages.publish import publish_pairs
from webscale_rl_dagster.storage.tables import Row

LONG = "\n\n".join(town(number) for number in range(60))
SOURCE = {"corpus": "wiki", "source_uri": "", "source_row": 0, "url": None, "licence": None}
DOCUMENTS = [document(text, "Aldermoor", **SOURCE) for text in (town(70), LONG, town(71))]
TEXTS = {found["document_id"]: found["text"] for found in DOCUMENTS}
LONG_ID = DOCUMENTS[1]["document_id"]


@pytest.fixture
async def tables(tmp_path: Path) -> dict[str, list[Row]]:
    """Every stage over three documents, the second of them a long one."""
    script = Script(reply=reply)
    async with dispatching(tmp_path, script) as dispatcher:
        filtered = await made(
            "filtered_documents",
            filter_documents(DOCUMENTS, dispatcher, FilterConfig(), windows_of(), None),
        )
        classified = await made(
            "classified_documents",
            classify_documents(kept(filtered), DOCUMENTS, dispatcher, personas=2, shortlist=10),
        )
        candidates = await made(
            "candidate_qa",
            generate_candidates(
                kept(classified), DOCUMENTS, dispatcher, shard=SHARD, style="cloze", samples=1
            ),
        )
        checked = await made(
            "checked_qa",
            check_candidates(kept(candidates), DOCUMENTS, Judges(dispatcher), VerificationConfig()),
        )
        verified = list(publish_pairs(kept(checked), kept(candidates), DOCUMENTS))
    assert all(len(asked["messages"][-1]["content"]) < len(LONG) / 2 for asked in script.requests)
    return {
        "filtered_documents": filtered,
        "classified_documents": classified,
        "candidate_qa": candidates,
        "checked_qa": checked,
        "verified_qa": verified,
    }


async def test_the_rows_of_its_windows_tile_it_in_every_stage(
    tables: dict[str, list[Row]],
) -> None:
    for table in ("filtered_documents", "classified_documents"):
        rows = [row for row in tables[table] if row["document_id"] == LONG_ID]
        assert len(rows) >= 3
        assert [row["window"] for row in rows] == list(range(len(rows)))
        assert "".join(LONG[row["window_start"] : row["window_end"]] for row in rows) == LONG
        assert [row["document_id"] for row in tables[table]] == [
            DOCUMENTS[0]["document_id"],
            *[LONG_ID] * len(rows),
            DOCUMENTS[2]["document_id"],
        ]


async def test_every_window_has_candidates_of_its_own(tables: dict[str, list[Row]]) -> None:
    windows = len(tables["filtered_documents"])
    assert len(tables["candidate_qa"]) == 2 * windows
    assert len({row["qa_id"] for row in tables["candidate_qa"]}) == 2 * windows


async def test_spans_and_evidence_are_offsets_in_the_whole_document(
    tables: dict[str, list[Row]],
) -> None:
    candidates = {row["qa_id"]: row for row in kept(tables["candidate_qa"])}
    assert {row["window"] for row in candidates.values()} >= {0, 1, 2}
    for row in candidates.values():
        text = TEXTS[row["document_id"]]
        assert text[row["span_start"] : row["span_end"]] == row["answer"]
        assert row["window_start"] <= row["span_start"] < row["span_end"] <= row["window_end"]
    for row in tables["verified_qa"]:
        text = TEXTS[row["document_id"]]
        assert text[row["evidence_start"] : row["evidence_end"]] == row["answer"]
        assert row["evidence_start"] >= candidates[row["qa_id"]]["window_start"]
    assert {candidates[row["qa_id"]]["window"] for row in tables["verified_qa"]} >= {0, 1, 2}


async def test_no_question_of_it_is_published_twice(tables: dict[str, list[Row]]) -> None:
    asked = [row["question"] for row in tables["verified_qa"] if row["document_id"] == LONG_ID]
    assert len(asked) >= 3
    assert len(asked) == len(set(asked))
