"""The check stage: rules, verifiers, benchmarks, repeats, votes and probes make one conjunction."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.decontamination.indexes import index_of, opened
from tests.pipeline import reply, town
from tests.servers.openai_server import Script, schema_of
from tests.stages.streams import PERSONAS, candidate, dispatching, document, made, towns
from webscale_rl_dagster.config import ProbesConfig, VerificationConfig
from webscale_rl_dagster.decontamination.decontaminator import Decontaminator
from webscale_rl_dagster.schemas import VERDICTS
from webscale_rl_dagster.stages.check import Judges, check_candidates
from webscale_rl_dagster.storage.tables import Row
from webscale_rl_dagster.verification.profiles import PROBES, PROFILES
from webscale_rl_dagster.verification.rules import RULES

SOUND = {"reason": "x", "answer_correct": True, "answer_leaked": False, "self_contained": True}
PAPER = VerificationConfig(profile="paper")
STRICT = VerificationConfig(profile="strict", probes=ProbesConfig(samples=2))


async def checked(
    folder: Path,
    candidates: list[Row],
    documents: list[Row],
    script: Script | None = None,
    *,
    settings: VerificationConfig = VerificationConfig(),
    decontaminator: Decontaminator | None = None,
) -> list[Row]:
    async with dispatching(folder, script) as dispatcher:
        judges = Judges(
            checker=dispatcher,
            prober=dispatcher if settings.profile == "strict" else None,
            decontaminator=decontaminator,
            benchmarks=("exam",) if decontaminator else (),
        )
        rows = check_candidates(candidates, documents, judges, settings)
        return await made("checked_qa", rows)


def answering(with_document: str, without: str) -> Script:
    """A model that checks fairly and answers the same each time, with the document and without."""

    def says(body: dict[str, Any]) -> str:
        if "response_format" in body:
            return reply(body)
        prompt = "\n".join(message["content"] for message in body["messages"])
        return f"<answer>{with_document if 'River Swale' in prompt else without}</answer>"

    return Script(reply=says)


def test_the_rules_lead_the_verdicts() -> None:
    assert VERDICTS[: len(RULES)] == tuple(RULES)


def test_profiles_are_nested() -> None:
    assert PROFILES["paper"] < PROFILES["default"] < PROFILES["strict"] == set(VERDICTS)


async def test_a_sound_pair_is_kept_with_its_evidence(tmp_path: Path) -> None:
    [found] = towns(1)
    [row] = await checked(tmp_path, [candidate(found)], [found])
    assert row["kept"]
    assert found["text"][row["evidence_start"] : row["evidence_end"]] == "1200"
    assert (row["answer_type"], row["verifier"]) == ("date", "date")
    assert (row["votes"], row["agreement"], row["profile"]) == (1, 1.0, "default")
    unasked = {name for name, said in row["verdicts"].items() if said is None}
    assert unasked == PROBES | {"contaminated"}
    assert {said for said in row["verdicts"].values() if said} == {"passed"}


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
    assert (row["kept"], row["reason"], row["verdicts"][reason]) == (False, reason, "failed")


async def test_a_broken_rule_is_never_asked_about(tmp_path: Path) -> None:
    [found] = towns(1)
    script = Script(reply=reply)
    broken = candidate(found, question="According to the text, what is said?")
    [row] = await checked(tmp_path, [broken], [found], script)
    assert row["verdicts"][row["reason"]] == row["verdicts"]["references_document"] == "failed"
    assert row["verdicts"]["model_answer_incorrect"] is None
    assert not script.requests


async def test_the_papers_profile_records_rules_and_does_not_obey_them(tmp_path: Path) -> None:
    [found] = towns(1)
    broken = candidate(found, question="According to the text, in which year was it founded?")
    [row] = await checked(tmp_path, [broken], [found], settings=PAPER)
    assert (row["kept"], row["profile"]) == (True, "paper")
    assert row["verdicts"]["references_document"] == "failed"


async def test_an_answer_without_a_sound_verifier_is_refused_in_every_profile(
    tmp_path: Path,
) -> None:
    [found] = towns(1)
    script = Script(reply=reply)
    [row] = await checked(tmp_path, [candidate(found, answer=":")], [found], script, settings=PAPER)
    assert row["reason"] == "verifier_unsound"
    assert row["verifier_faults"]
    assert not script.requests


async def test_a_repeat_in_a_document_is_not_paid_for(tmp_path: Path) -> None:
    """Also of another window; what repeats a refused candidate is no repeat."""
    found = document(town(0), "Aldermoor")
    half = len(found["text"]) // 2
    candidates = [
        candidate(found, answer="in the year 1999", qa_id="refused"),
        candidate(found, window_end=half, qa_id="first"),
        candidate(found, PERSONAS[1], window=1, qa_id="second"),
    ]
    script = Script(reply=reply)
    rows = await checked(tmp_path, candidates, [found], script)
    assert [row["reason"] for row in rows] == ["not_grounded", None, "duplicate_question"]
    assert rows[2]["duplicate_of"] == "first"
    assert len(script.requests) == 1


async def test_of_two_accepted_pairs_of_a_shard_the_first_stays(tmp_path: Path) -> None:
    documents = [document(f"{town(0)} It is {word}.", "Aldermoor") for word in ("old", "new")]
    candidates = [candidate(found) for found in documents]
    rows = await checked(tmp_path, candidates, documents)
    assert [row["reason"] for row in rows] == [None, "near_duplicate"]
    assert rows[1]["duplicate_of"] == candidates[0]["qa_id"]
    assert rows[1]["verdicts"]["model_answer_incorrect"] == "passed"
    both = await checked(tmp_path / "paper", candidates, documents, settings=PAPER)
    assert all(row["kept"] for row in both)


async def test_a_benchmark_question_is_refused_with_its_evidence(tmp_path: Path) -> None:
    documents = list(towns(2))
    candidates = [candidate(found) for found in documents]
    exam = [{"question": candidates[1]["question"], "answer": "1201"}]
    script = Script(reply=reply)
    with opened(index_of(tmp_path, exam, name="exam")) as decontaminator:
        rows = await checked(tmp_path, candidates, documents, script, decontaminator=decontaminator)
    assert [row["reason"] for row in rows] == [None, "contaminated"]
    assert rows[0]["contamination"] is None
    assert rows[1]["contamination"]["benchmark"] == "exam"
    assert rows[1]["contamination"]["field"] == "question"
    assert rows[0]["verdicts"]["contaminated"] == "passed"
    assert rows[0]["decontaminated_against"] == ["exam"]
    assert len(script.requests) == 1


async def test_the_majority_of_votes_decides(tmp_path: Path) -> None:
    [found] = towns(1)

    def says(body: dict[str, Any]) -> str:
        return json.dumps(SOUND | {"answer_correct": body["temperature"] > 0})

    settings = VerificationConfig(votes=3)
    [row] = await checked(
        tmp_path, [candidate(found)], [found], Script(reply=says), settings=settings
    )
    assert (row["kept"], row["votes"]) == (True, 3)
    assert row["agreement"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("with_document", "without", "reason"),
    [
        ("1200", "1066", None),
        ("1066", "1066", "open_book_unsolved"),
        ("1200", "1200", "closed_book_solved"),
    ],
)
async def test_probes_keep_what_only_the_document_solves(
    tmp_path: Path, with_document: str, without: str, reason: str | None
) -> None:
    [found] = towns(1)
    [row] = await checked(
        tmp_path, [candidate(found)], [found], answering(with_document, without), settings=STRICT
    )
    assert (row["kept"], row["reason"]) == (reason is None, reason)
    assert row["open_book_rate"] == float(with_document == "1200")
    assert row["closed_book_rate"] == float(without == "1200")
    assert row["prober_model"] == "test-model"


async def test_nothing_is_probed_that_the_checker_refused(tmp_path: Path) -> None:
    [found] = towns(1)
    script = Script(reply=lambda _: json.dumps(SOUND | {"answer_correct": False}))
    [row] = await checked(tmp_path, [candidate(found)], [found], script, settings=STRICT)
    assert row["reason"] == "model_answer_incorrect"
    assert all(schema_of(body) for body in script.requests)
    assert (row["open_book_rate"], row["prober_model"]) == (None, None)
