"""Writing one candidate, with a model that says what the test wants."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.pipeline import town
from webscale_rl_dagster.inference.protocol import Completion, CompletionRequest, Failed
from webscale_rl_dagster.writing.brief import Brief, Style, Written
from webscale_rl_dagster.writing.pairs import share_spans, write_candidate
from webscale_rl_dagster.writing.topic import find_topic

TEXT, TITLE = town(0), "Aldermoor"
TOPIC = find_topic(TEXT, TITLE)
Say = Callable[[CompletionRequest], dict[str, Any] | str | Failed]


def brief(style: Style, *, personas: int = 1) -> Brief:
    [spans, *_] = share_spans(TEXT, topic=TOPIC, personas=personas, style=style)
    return Brief(
        "id", TEXT, TITLE, TOPIC, "Other", "local historian", spans, style=style, samples=2
    )


async def write(style: Style, say: Say) -> tuple[Written, list[CompletionRequest]]:
    asked: list[CompletionRequest] = []

    async def ask(request: CompletionRequest) -> Completion | Failed:
        asked.append(request)
        said = say(request)
        if isinstance(said, Failed):
            return said
        return Completion(said if isinstance(said, str) else json.dumps(said), "stop", 1, 1)

    return await write_candidate(brief(style), ask), asked


def answer_of(request: CompletionRequest) -> str:
    assert request.schema is not None
    return str(request.schema["properties"]["answer"]["enum"][0])


def fluent(request: CompletionRequest) -> dict[str, Any]:
    """Asks soundly for any span of the town, and finds its answers back."""
    if "question" in (request.schema or {})["properties"]:
        fluent.answer = answer_of(request)  # type: ignore[attr-defined]
        question = "Which detail do the annals record about the market town of Aldermoor?"
        if fluent.answer[0].isdigit():  # type: ignore[attr-defined]
            question = "In which year did the market town of Aldermoor see its founding?"
        return {"reason": "x", "question": question, "answer": fluent.answer}  # type: ignore[attr-defined]
    return {"answer": fluent.answer}  # type: ignore[attr-defined]


async def test_a_cloze_needs_one_call_and_keeps_its_answer_out() -> None:
    written, asked = await write("cloze", lambda _: {"answer": "whatever"})
    assert written.style == "cloze"
    assert written.question is not None
    assert "____" in written.question
    assert written.answer not in written.question
    assert written.span is not None
    assert TEXT[slice(*written.span)] == written.answer
    assert written.round_trip == "missed"
    assert len(asked) == 1


async def test_a_cloze_whose_answer_is_found_back_says_so() -> None:
    quiet, _ = await write("cloze", lambda _: {"answer": ""})
    written, _ = await write("cloze", lambda _: {"answer": str(quiet.answer)})
    assert written.round_trip == "found"


async def test_an_open_question_passes_rules_and_round_trip() -> None:
    written, asked = await write("open", fluent)
    assert written.style == "open"
    assert written.round_trip == "found"
    assert len(written.demonstrations) == 2
    assert [request.template.name for request in asked] == ["generate", "answer"]


async def test_an_open_question_that_is_not_found_back_is_dropped() -> None:
    def forgetful(request: CompletionRequest) -> dict[str, Any]:
        said = fluent(request)
        return said if "question" in said else {"answer": "something else"}

    written, _ = await write("open", forgetful)
    assert (written.question, written.reason) == (None, "round_trip_missed")


async def test_an_open_question_that_gives_its_answer_away_is_dropped() -> None:
    def leaking(request: CompletionRequest) -> dict[str, Any]:
        answer = answer_of(request)
        return {
            "reason": "x",
            "question": f"What happened at Aldermoor in {answer}?",
            "answer": answer,
        }

    written, _ = await write("open", leaking)
    assert written.question is None
    assert written.reason in {"rule_answer_leaked", "asks_another_kind"}


async def test_auto_falls_back_to_a_cloze() -> None:
    written, asked = await write("auto", lambda _: "no JSON at all")
    assert written.style == "cloze"
    assert written.samples == 2
    assert {request.template.name for request in asked} == {"generate", "answer"}


async def test_a_failed_request_is_an_error_and_not_a_reason() -> None:
    written, _ = await write("cloze", lambda _: Failed("HTTP 500"))
    assert (written.error, written.reason, written.question) == ("HTTP 500", None, None)


async def test_malformed_answers_are_named() -> None:
    written, _ = await write("open", lambda _: "no JSON at all")
    assert written.reason == "malformed_not_json"


@pytest.mark.parametrize("style", ["open", "cloze", "auto"])
def test_no_two_personas_share_a_span(style: Style) -> None:
    shares = share_spans(TEXT, topic=TOPIC, personas=3, style=style)
    spans = [span for share in shares for span in share]
    assert len(spans) == len(set(spans))
    assert all(TEXT[span.start : span.end] == span.text for span in spans)


def test_a_document_without_facts_has_no_spans() -> None:
    vague = "It is nice. They said so, and many of them liked it a lot. This was good."
    assert share_spans(vague, topic=find_topic(vague, "Nice"), personas=2, style="cloze") == [
        (),
        (),
    ]
