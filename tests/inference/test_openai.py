"""How answers and refusals of servers of many makes are read."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from aiohttp import web

from webscale_rl_dagster.errors import EngineUnavailable, RequestFailed, RequestRejected
from webscale_rl_dagster.inference.engines.openai import OpenAIEngine
from webscale_rl_dagster.inference.protocol import (
    Completion,
    CompletionRequest,
    Sampling,
    TemplateRef,
)

Answer = Callable[[dict[str, Any]], web.Response]

REQUEST = CompletionRequest(
    messages=({"role": "user", "content": "hello"},),
    sampling=Sampling(max_tokens=10),
    template=TemplateRef("filter", "1", "abc"),
    role="filter",
    document_id="d",
    schema={"type": "object"},
)


def says(message: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"choices": [{"message": message, "finish_reason": "stop"}], **more}


def json_of(body: Any, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: web.json_response(body, status=status, headers=named)


@asynccontextmanager
async def answering(
    answer: Answer, models: web.StreamResponse | None = None
) -> AsyncIterator[OpenAIEngine]:
    async def chat(request: web.Request) -> web.Response:
        return answer(await request.json())

    async def list_models(_: web.Request) -> web.StreamResponse:
        return models or web.json_response({"data": []})

    app = web.Application()
    app.router.add_post("/v1/chat/completions", chat)
    app.router.add_get("/v1/models", list_models)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    engine = OpenAIEngine(f"http://127.0.0.1:{runner.addresses[0][1]}/v1", "m")
    try:
        yield engine
    finally:
        await engine.aclose()
        await runner.cleanup()


async def ask(answer: Answer) -> Completion:
    async with answering(answer) as engine:
        return await engine.complete(REQUEST)


async def test_tokens_are_counted_and_the_thinking_is_left_out() -> None:
    usage = {
        "prompt_tokens": 7,
        "completion_tokens": 2,
        "prompt_tokens_details": {"cached_tokens": 5},
    }
    found = await ask(json_of(says({"content": "yes", "reasoning_content": "hm"}, usage=usage)))
    assert found == Completion("yes", "stop", 7, 2, 5)


@pytest.mark.parametrize(
    "usage", [None, {}, {"prompt_tokens": None, "prompt_tokens_details": None}]
)
async def test_a_server_need_not_count_tokens(usage: Any) -> None:
    assert await ask(json_of(says({"content": "yes"}, usage=usage))) == Completion(
        "yes", "stop", 0, 0
    )


async def test_a_refusal_is_told_as_one() -> None:
    found = await ask(json_of(says({"content": None, "refusal": "I cannot help."})))
    assert (found.text, found.finish_reason) == ("I cannot help.", "refusal")


async def test_a_filtered_answer_keeps_its_finish_reason() -> None:
    body = {"choices": [{"message": {"content": None}, "finish_reason": "content_filter"}]}
    found = await ask(json_of(body))
    assert (found.text, found.finish_reason) == ("", "content_filter")


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Bad gateway</html>",
        b"",
        b"[]",
        b'"yes"',
        b"{}",
        b'{"choices": []}',
        b'{"choices": null}',
        b'{"choices": [{"message": null}]}',
        b'{"choices": [{"message": {"content": ["yes"]}}]}',
        b'{"choices": [{"message": {"content": "yes"}}], "usage": {"prompt_tokens": "many"}}',
        b'{"error": {"message": "upstream overloaded"}}',
    ],
)
async def test_what_is_no_chat_completion_is_worth_a_retry_and_is_quoted(body: bytes) -> None:
    with pytest.raises(RequestFailed, match="not a chat completion") as raised:
        await ask(lambda _: web.Response(body=body))
    assert body.decode() in str(raised.value)


async def test_a_broken_connection_is_worth_a_retry() -> None:
    async def cut(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    app = web.Application()
    app.router.add_post("/v1/chat/completions", cut)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    engine = OpenAIEngine(f"http://127.0.0.1:{runner.addresses[0][1]}/v1", "m")
    with pytest.raises(RequestFailed, match="127.0.0.1"):
        await engine.complete(REQUEST)
    await engine.aclose()
    await runner.cleanup()


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("7", 7, 7),
        ("0.5", 0.5, 0.5),
        ("-3", 0, 0),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 0, 0),
    ],
)
async def test_retry_after_is_seconds(header: str, least: float, most: float) -> None:
    with pytest.raises(RequestFailed, match="HTTP 429") as raised:
        await ask(json_of({}, 429, Retry_After=header))
    assert raised.value.retry_after is not None
    assert least <= raised.value.retry_after <= most


@pytest.mark.parametrize(("ahead", "least", "most"), [(600, 500, 600), (-600, 0, 0)])
async def test_retry_after_may_be_a_date(ahead: int, least: float, most: float) -> None:
    header = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True)
    with pytest.raises(RequestFailed, match="HTTP 429") as raised:
        await ask(json_of({}, 429, Retry_After=header))
    assert raised.value.retry_after is not None
    assert least <= raised.value.retry_after <= most


@pytest.mark.parametrize("header", ["soon", "nan", "inf", "1e999", ""])
async def test_a_retry_after_without_meaning_is_none(header: str) -> None:
    with pytest.raises(RequestFailed) as raised:
        await ask(json_of({}, 503, Retry_After=header))
    assert raised.value.retry_after is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_told_rather_than_followed(status: int) -> None:
    """A POST loses its body on most redirects, and the key is for one server only."""
    location = {"location": "https://elsewhere.example/v1"}
    with pytest.raises(EngineUnavailable, match=r"redirects to https://elsewhere\.example/v1"):
        await ask(lambda _: web.Response(status=status, headers=location))
    async with answering(json_of({}), web.Response(status=status, headers=location)) as engine:
        with pytest.raises(EngineUnavailable, match="redirects"):
            await engine.complete(REQUEST)


@pytest.mark.parametrize("status", [401, 403])
async def test_a_key_refused_at_the_start_is_one_clear_error(status: int) -> None:
    async with answering(json_of({}), web.Response(status=status)) as engine:
        with pytest.raises(EngineUnavailable, match="refuses the key"):
            await engine.complete(REQUEST)


async def test_a_key_refused_later_stops_the_stage() -> None:
    with pytest.raises(EngineUnavailable, match="refuses the key"):
        await ask(json_of({}, 401))


async def test_a_forbidden_prompt_fails_alone() -> None:
    with pytest.raises(RequestRejected, match="flagged by moderation"):
        await ask(json_of({"error": {"message": "flagged by moderation"}}, 403))


@pytest.mark.parametrize("status", [404, 500])
async def test_a_server_that_lists_no_models_is_used(status: int) -> None:
    async with answering(json_of(says({"content": "yes"})), web.Response(status=status)) as engine:
        assert (await engine.complete(REQUEST)).text == "yes"


async def test_a_schema_that_strict_mode_refuses_is_sent_without_it_from_then_on() -> None:
    seen: list[bool] = []

    def strict_refuses(body: dict[str, Any]) -> web.Response:
        wanted = body["response_format"]["json_schema"]
        seen.append(wanted["strict"])
        assert wanted["schema"] == REQUEST.schema
        if wanted["strict"]:
            error = {"message": "Invalid schema for response_format: 'minLength' is not permitted"}
            return web.json_response({"error": error}, status=400)
        return web.json_response(says({"content": json.dumps({})}))

    async with answering(strict_refuses) as engine:
        assert [(await engine.complete(REQUEST)).text for _ in range(2)] == ["{}", "{}"]
    assert seen == [True, False, False]


async def test_a_schema_that_is_refused_in_any_mode_is_rejected() -> None:
    with pytest.raises(RequestRejected, match="unsupported schema"):
        await ask(json_of({"error": {"message": "unsupported schema"}}, 400))


async def test_another_bad_request_is_asked_once() -> None:
    asked: list[Any] = []

    def refuse(body: dict[str, Any]) -> web.Response:
        asked.append(body)
        return web.json_response({"error": {"message": "maximum context length"}}, status=400)

    with pytest.raises(RequestRejected, match="maximum context length"):
        await ask(refuse)
    assert len(asked) == 1
