"""What counts as a usable structured answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.inference.test_dispatch import request
from webscale_rl_dagster.inference.protocol import Completion, CompletionRequest, Failed
from webscale_rl_dagster.inference.structured import Malformed, ask_object, parse_object
from webscale_rl_dagster.prompts.schemas import checker_schema, filter_schema

FILTER = filter_schema()
GOOD = '{"reason": "facts", "qualified": true}'


@pytest.mark.parametrize(
    ("text", "finish", "reason"),
    [
        ("", "stop", "empty"),
        (" \n", "stop", "empty"),
        (GOOD[:20], "length", "truncated"),
        ("I'm sorry, I cannot help with that.", "stop", "refusal"),
        ("The document is fine.", "stop", "not_json"),
        (GOOD[:-5], "stop", "not_json"),
        ("[" * 100_000, "stop", "not_json"),
        ("[true]", "stop", "wrong_schema"),
        ('{"qualified": true}', "stop", "wrong_schema"),
        ('{"reason": "facts", "qualified": "false"}', "stop", "wrong_schema"),
        ('{"reason": "facts", "qualified": true, "extra": 1}', "stop", "wrong_schema"),
        (r'{"reason": "the \frac{1}{2}", "qualified": true}', "stop", "broken_text"),
        (r'{"reason": "a \times b", "qualified": true}', "stop", "broken_text"),
        (r'{"reason": "\ud83d", "qualified": true}', "stop", "broken_text"),
    ],
)
def test_an_unusable_answer_has_a_reason(text: str, finish: str, reason: str) -> None:
    assert parse_object(text, finish_reason=finish, schema=FILTER) == Malformed(reason)


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"```\n{GOOD}\n```\n",
        r'{"reason": "\\frac{1}{2} \ud83d\ude00", "qualified": true}',
    ],
)
def test_a_sound_answer_is_read(text: str) -> None:
    answer = parse_object(text, finish_reason="stop", schema=FILTER)
    assert isinstance(answer, dict)
    assert answer["qualified"] is True


class Scripted:
    """Answers in turn, remembering what it was asked."""

    def __init__(self, *texts: str) -> None:
        self.texts: Iterator[str] = iter(texts)
        self.asked: list[CompletionRequest] = []

    async def __call__(self, asked: CompletionRequest) -> Completion | Failed:
        self.asked.append(asked)
        return Completion(next(self.texts), "stop", 1, 1)


async def test_a_malformed_answer_is_asked_again_with_another_seed() -> None:
    ask = Scripted("nonsense", GOOD)
    answer = await ask_object(ask, request("a"))
    assert isinstance(answer, dict)
    assert [asked.sampling.seed for asked in ask.asked] == [0, 1]
    assert ask.asked[1].sampling.temperature > 0


async def test_an_answer_that_stays_malformed_is_given_up() -> None:
    ask = Scripted("nonsense", "", "nonsense")
    assert await ask_object(ask, request("a")) == Malformed("not_json")


async def test_a_failed_request_is_not_asked_again_here() -> None:
    async def ask(_: CompletionRequest) -> Completion | Failed:
        return Failed("HTTP 500")

    assert await ask_object(ask, request("a")) == Failed("HTTP 500")


def test_verdicts_must_be_booleans() -> None:
    text = '{"reason": "", "answer_correct": 1, "answer_leaked": 0, "self_contained": 1}'
    assert parse_object(text, finish_reason="stop", schema=checker_schema()) == Malformed(
        "wrong_schema"
    )
