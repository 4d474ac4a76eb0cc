"""What a pair's page says first."""

from __future__ import annotations

from typing import Any

import pytest

from webscale_rl_dagster.schemas import STAGES
from webscale_rl_dagster.web.standing import standing, verdicts

OPEN = {"state": "open", "why": ""}


def found(*kept: bool, published: bool = False, **last: Any) -> dict[str, Any]:
    """A pair that came as far as `kept` has stages; `last` is what the last of them says."""
    names = STAGES[: len(kept)]
    row = {"reason": None, "error": None, "gate": OPEN}
    stages = {name: row | {"kept": said} for name, said in zip(names, kept, strict=True)}
    stages[names[-1]] = stages[names[-1]] | last
    return {"published": published, "stages": stages, "verdicts": {}}


def test_a_published_pair_needs_no_reason() -> None:
    said = standing(found(*[True] * 6, published=True))
    assert (said.kind, said.why, said.token) == ("published", (), None)


def test_a_rejected_pair_names_its_verdict_in_words_too() -> None:
    said = standing(found(*[True] * 4, False, reason="answer_leaked"))
    assert (said.kind, said.token) == ("rejected", "answer_leaked")
    assert said.why == ("At checked_qa: the question gives the answer away.",)


def test_a_pair_that_failed_says_how() -> None:
    said = standing(found(*[True] * 4, False, reason="failed", error="HTTP 500"))
    assert said.kind == "failed"
    assert "HTTP 500" in said.why[0]


def test_a_pair_behind_a_shut_gate_names_it() -> None:
    shut = {"state": "failed", "why": "acceptance_rate is 0.01"}
    said = standing(found(*[True] * 6, gate=shut))
    assert said.kind == "held_back"
    assert said.why == ("The gate of verified_qa is failed: acceptance_rate is 0.01.",)


def test_gates_that_are_shut_for_one_reason_are_one_sentence() -> None:
    row = found(*[True] * 6)
    gates = [{"state": "unjudged", "why": "nobody judged it"}] * 3
    gates += [OPEN, {"state": "failed", "why": "too few"}, {"state": "unjudged", "why": "late"}]
    for stage, gate in zip(STAGES, gates, strict=True):
        row["stages"][stage] = row["stages"][stage] | {"gate": gate}
    assert standing(row).why == (
        "The gates of raw_documents, filtered_documents and classified_documents are unjudged: "
        "nobody judged it.",
        "The gate of checked_qa is failed: too few.",
        "The gate of verified_qa is unjudged: late.",
    )


@pytest.mark.parametrize(("stages", "due"), [(4, "checked_qa"), (5, "verified_qa")])
def test_a_pair_that_is_kept_so_far_waits_for_the_next_stage(stages: int, due: str) -> None:
    said = standing(found(*[True] * stages))
    assert (said.kind, said.title) == ("waiting", f"Waiting for {due}")
    assert said.why == (f"{due} has not been run for its shard.",)


def test_a_pair_without_its_rows_is_a_release_s() -> None:
    assert standing(found(True, True)).kind == "released"


def test_failed_verdicts_come_first_and_those_not_asked_last() -> None:
    said = {"vague": None, "toxic": "passed", "yes_no": "failed"}
    judged = verdicts({"verdicts": said})
    assert [(one.name, one.said) for one in judged] == [
        ("yes_no", "failed"),
        ("toxic", "passed"),
        ("vague", "not asked"),
    ]
