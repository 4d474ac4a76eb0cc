"""Requests through the OpenAI engine and the dispatcher against a server that misbehaves."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.servers.openai_server import FAULTS, Script, running
from webscale_rl_dagster.errors import EngineUnavailable, TooManyFailures
from webscale_rl_dagster.inference.dispatch import Dispatcher, Policy
from webscale_rl_dagster.inference.engines.openai import OpenAIEngine
from webscale_rl_dagster.inference.journal import Journal, JournalPlace
from webscale_rl_dagster.inference.progress import LogProgress
from webscale_rl_dagster.inference.protocol import (
    Completion,
    CompletionRequest,
    Failed,
    Sampling,
    TemplateRef,
)
from webscale_rl_dagster.inference.usage import Usage
from webscale_rl_dagster.storage.objects import Objects

QUICK = Policy(request_deadline_s=0.5, attempts=4, backoff_s=0.01)
PLACE = JournalPlace("filtered_documents", "wiki/0123456789/00000", "run")


def request(text: str) -> CompletionRequest:
    return CompletionRequest(
        messages=({"role": "user", "content": text},),
        sampling=Sampling(max_tokens=10),
        template=TemplateRef("filter", "1", "abc"),
        role="filter",
        document_id=text,
    )


async def ask(
    url: str, folder: Path, texts: Sequence[str], *, policy: Policy = QUICK, in_flight: int = 8
) -> tuple[list[Completion | Failed], Usage]:
    engine = OpenAIEngine(url, "test-model", max_in_flight=in_flight)
    try:
        async with Journal(Objects(str(folder)), PLACE) as journal:
            dispatcher = Dispatcher(
                engine, journal, policy, LogProgress(logging.getLogger("calls"))
            )
            try:
                answers = [
                    answer
                    async for answer in dispatcher.in_order(
                        dispatcher.complete, map(request, texts)
                    )
                ]
            finally:
                await dispatcher.aclose()
        journal.compact()
        return answers, dispatcher.usage
    finally:
        await engine.aclose()


async def test_results_keep_the_order_of_the_items(tmp_path: Path) -> None:
    script = Script(reply=lambda body: body["messages"][0]["content"].upper(), latency_s=0.002)
    with running(script) as url:
        answers, _ = await ask(url, tmp_path, [f"t{i}" for i in range(40)])
    assert [answer.text for answer in answers if isinstance(answer, Completion)] == [
        f"T{i}" for i in range(40)
    ]


async def test_no_more_requests_are_under_way_than_allowed(tmp_path: Path) -> None:
    script = Script(latency_s=0.01)
    with running(script) as url:
        await ask(url, tmp_path, [str(i) for i in range(30)], in_flight=4)
    assert script.most_at_once == 4


async def test_a_finished_call_is_never_sent_again(tmp_path: Path) -> None:
    script = Script()
    with running(script) as url:
        first, paid = await ask(url, tmp_path, ["a", "b"])
        again, free = await ask(url, tmp_path, ["a", "b", "c"])
    assert [len(script.requests), paid.requests, free.requests, free.reused] == [3, 2, 1, 2]
    assert again[:2] == first


async def test_a_changed_prompt_is_a_new_call(tmp_path: Path) -> None:
    script = Script()
    with running(script) as url:
        await ask(url, tmp_path, ["a"])
        _, usage = await ask(url, tmp_path, ["a!"])
    assert usage.requests == 1


@pytest.mark.parametrize(
    "fault", [f for f in FAULTS if f not in ("malformed_json", "wrong_schema")]
)
async def test_a_passing_fault_is_retried(tmp_path: Path, fault: str) -> None:
    """Malformed JSON and wrong schemas are answers; the stage that parses them asks again."""
    script = Script(faults=[fault, "none"])
    with running(script) as url:
        [answer], usage = await ask(url, tmp_path, ["a"])
    assert isinstance(answer, Completion)
    assert usage.retries == 1


async def test_a_lasting_fault_is_recorded_with_its_error(tmp_path: Path) -> None:
    with running(Script(fault_share=1.0, faults=["server_error"] * 4)) as url:
        [answer], usage = await ask(url, tmp_path, ["a"])
    assert isinstance(answer, Failed)
    assert "HTTP 500" in answer.error
    assert "4 attempts" in answer.error
    assert usage.failures == 1


async def test_a_rejected_request_is_not_asked_again(tmp_path: Path) -> None:
    script = Script(faults=["bad_request"])
    with running(script) as url:
        [answer], _ = await ask(url, tmp_path, ["a"])
    assert isinstance(answer, Failed)
    assert "maximum context length" in answer.error
    assert len(script.requests) == 1


async def test_a_failed_request_is_tried_again_by_the_next_run(tmp_path: Path) -> None:
    script = Script(faults=["bad_request"])
    with running(script) as url:
        await ask(url, tmp_path, ["a"])
        [answer], _ = await ask(url, tmp_path, ["a"])
    assert isinstance(answer, Completion)


async def test_too_many_failures_stop_the_stage(tmp_path: Path) -> None:
    script = Script(faults=["bad_request"] * 50)
    with running(script) as url, pytest.raises(TooManyFailures, match="requests failed"):
        await ask(url, tmp_path, [str(i) for i in range(50)])


async def test_every_request_ends_when_a_third_of_all_answers_are_faulty(tmp_path: Path) -> None:
    script = Script(fault_share=0.3, seed=3)
    texts = [str(i) for i in range(150)]
    patient = Policy(request_deadline_s=0.3, attempts=6, backoff_s=0.01)
    with running(script) as url:
        answers, _ = await ask(url, tmp_path, texts, policy=patient, in_flight=32)
    assert len(answers) == 150
    assert sum(isinstance(answer, Completion) for answer in answers) >= 145


async def test_the_same_request_twice_at_once_is_one_call(tmp_path: Path) -> None:
    script = Script(latency_s=0.02)
    with running(script) as url:
        answers, _ = await ask(url, tmp_path, ["a", "a", "a"])
    assert len(script.requests) == 1
    assert len(answers) == 3


async def test_no_server_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="no server answers at http://127.0.0.1:9"):
        await ask("http://127.0.0.1:9/v1", tmp_path, ["a"])


async def test_a_refused_key_is_one_clear_error(tmp_path: Path) -> None:
    with (
        running(Script(api_key="right")) as url,
        pytest.raises(EngineUnavailable, match="refuses the key"),
    ):
        await ask(url, tmp_path, ["a"])


async def test_the_key_comes_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_KEY", "right")
    with running(Script(api_key="right")) as url:
        engine = OpenAIEngine(url, "test-model", api_key_env="TEST_KEY")
        assert (await engine.complete(request("a"))).text == "an answer"
        await engine.aclose()


def test_a_missing_key_names_its_variable() -> None:
    with pytest.raises(EngineUnavailable, match="NO_SUCH_VARIABLE"):
        OpenAIEngine("http://127.0.0.1:9", "m", api_key_env="NO_SUCH_VARIABLE")
