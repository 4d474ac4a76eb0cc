"""A fleet of real servers, of which some die, freeze and come back."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from tests.servers.openai_server import Script, free_port, running
from tests.servers.processes import server_process, stats, url_of
from tests.waiting import PATIENCE_S
from webscale_rl_dagster.errors import EngineUnavailable, RequestFailed, TooManyFailures
from webscale_rl_dagster.inference.dispatch import Dispatcher, Policy
from webscale_rl_dagster.inference.engines.fleet import FleetEngine
from webscale_rl_dagster.inference.journal import Journal, JournalPlace
from webscale_rl_dagster.inference.progress import LogProgress
from webscale_rl_dagster.inference.protocol import (
    Completion,
    CompletionRequest,
    Failed,
    Sampling,
    TemplateRef,
)
from webscale_rl_dagster.storage.objects import Objects

PLACE = JournalPlace("filtered_documents", "wiki/0123456789/00000", "run")
NOWHERE = ("http://127.0.0.1:9/v1", "http://127.0.0.1:19/v1")


def request(number: int, *, document: int | None = None) -> CompletionRequest:
    name = f"document {number if document is None else document}"
    return CompletionRequest(
        messages=({"role": "user", "content": f"{name}, call {number}"},),
        sampling=Sampling(max_tokens=10),
        template=TemplateRef("filter", "1", "abc"),
        role="filter",
        document_id=name,
    )


def document_of(body: dict[str, list[dict[str, str]]]) -> str:
    return body["messages"][0]["content"].partition(",")[0]


@asynccontextmanager
async def fleet(urls: Sequence[str], *, max_in_flight: int = 8) -> AsyncIterator[FleetEngine]:
    engine = FleetEngine(urls, "test-model", max_in_flight=max_in_flight)
    try:
        yield engine
    finally:
        await engine.aclose()


@asynccontextmanager
async def stage(
    engine: FleetEngine, folder: Path, policy: Policy | None = None
) -> AsyncIterator[Dispatcher]:
    async with Journal(Objects(str(folder)), PLACE) as journal:
        progress = LogProgress(logging.getLogger("calls"))
        dispatcher = Dispatcher(engine, journal, policy or Policy(), progress)
        try:
            yield dispatcher
        finally:
            await dispatcher.aclose()
    journal.compact()


async def answers_to(
    dispatcher: Dispatcher, requests: Sequence[CompletionRequest]
) -> list[Completion | Failed]:
    return [a async for a in dispatcher.in_order(dispatcher.complete, requests)]


def journal_keys(folder: Path) -> list[str]:
    [file] = Objects(str(folder)).list(PLACE.prefix)
    return pl.read_parquet(folder / file)["request_id"].to_list()


@pytest.fixture
def scripts() -> Iterator[dict[str, Script]]:
    """Three servers on threads of this process, so that a test can look into them."""
    with ExitStack() as stack:
        three = [Script(latency_s=0.005) for _ in range(3)]
        yield {stack.enter_context(running(script)): script for script in three}


def servers_of(scripts: dict[str, Script]) -> dict[str, set[str]]:
    """Per document, the servers that were asked about it."""
    found: dict[str, set[str]] = defaultdict(set)
    for url, script in scripts.items():
        for body in script.requests:
            found[document_of(body)].add(url)
    return found


async def test_all_calls_of_a_document_go_to_one_server(scripts: dict[str, Script]) -> None:
    async with fleet(list(scripts)) as engine:
        for number in range(180):
            await engine.complete(request(number, document=number % 60))
    async with fleet(list(reversed(scripts))) as later:
        for number in range(60):
            await later.complete(request(number))
    servers = servers_of(scripts)
    assert len(servers) == 60
    assert all(len(urls) == 1 for urls in servers.values())
    assert len(set.union(*servers.values())) == 3


async def test_a_document_asked_in_parallel_stays_on_one_server(scripts: dict[str, Script]) -> None:
    async with fleet(list(scripts), max_in_flight=64) as engine:
        await asyncio.gather(*(engine.complete(request(n, document=1)) for n in range(6)))
    assert {url for urls in servers_of(scripts).values() for url in urls} == {
        url for url, script in scripts.items() if script.requests
    }
    assert sum(bool(script.requests) for script in scripts.values()) == 1


async def test_a_full_fleet_is_balanced_and_still_keeps_documents_together(
    scripts: dict[str, Script], tmp_path: Path
) -> None:
    """Three passes over the documents, as three stages make them, with every slot taken."""
    requests = [request(number, document=number % 300) for number in range(900)]
    async with fleet(list(scripts), max_in_flight=16) as engine:
        async with stage(engine, tmp_path) as dispatcher:
            answers = await answers_to(dispatcher, requests)
    assert all(isinstance(answer, Completion) for answer in answers)
    assert max(script.most_at_once for script in scripts.values()) <= 20
    shares = [len(script.requests) for script in scripts.values()]
    assert max(shares) <= 1.25 * sum(shares) / 3
    assert Counter(len(urls) for urls in servers_of(scripts).values())[1] >= 200


async def test_one_document_alone_does_not_overload_its_server(scripts: dict[str, Script]) -> None:
    async with fleet(list(scripts), max_in_flight=8) as engine:
        await asyncio.gather(*(engine.complete(request(n, document=1)) for n in range(24)))
    assert max(script.most_at_once for script in scripts.values()) <= 10
    assert all(script.requests for script in scripts.values())


async def test_requests_beyond_the_room_of_the_servers_left_wait_for_it(
    scripts: dict[str, Script],
) -> None:
    async with fleet([*scripts, NOWHERE[0]], max_in_flight=4) as engine:
        calls = [engine.complete(request(number)) for number in range(40)]
        answers = await asyncio.gather(*calls)
    assert len(answers) == 40
    assert max(script.most_at_once for script in scripts.values()) <= 5


async def test_a_call_that_is_cancelled_while_it_waits_takes_no_room() -> None:
    script = Script(latency_s=0.05)
    with running(script) as url:
        async with fleet([url], max_in_flight=1) as engine:
            calls = [asyncio.ensure_future(engine.complete(request(n))) for n in range(6)]
            await asyncio.sleep(0.03)
            for call in calls[1:5]:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
            assert isinstance(calls[5].result(), Completion)
            assert isinstance(await engine.complete(request(9)), Completion)


async def test_a_server_that_only_fails_gets_a_rest(tmp_path: Path) -> None:
    good, bad = Script(latency_s=0.01), Script(faults=["server_error"] * 1000)
    with running(good) as one, running(bad) as other:
        async with fleet([one, other]) as engine:
            async with stage(engine, tmp_path, Policy(attempts=3, backoff_s=0.05)) as dispatcher:
                answers = await answers_to(dispatcher, [request(n) for n in range(100)])
    assert all(isinstance(answer, Completion) for answer in answers)
    assert len(bad.requests) <= 20


async def test_a_server_that_asks_for_time_is_given_it(tmp_path: Path) -> None:
    """The scripted server asks for 0.05 s."""
    busy, other = Script(faults=["too_many_requests"] * 3), Script(latency_s=0.01)
    with running(busy) as one, running(other) as two:
        async with fleet([one, two]) as engine:
            async with stage(engine, tmp_path, Policy(attempts=4)) as dispatcher:
                answers = await answers_to(dispatcher, [request(n) for n in range(200)])
    assert all(isinstance(answer, Completion) for answer in answers)
    assert len(busy.requests) > 20


async def test_a_passing_reset_takes_back_nothing_else(tmp_path: Path) -> None:
    shaky, other = Script(latency_s=0.02, faults=["reset", "none"] * 5), Script(latency_s=0.02)
    with running(shaky) as one, running(other) as two:
        async with fleet([one, two]) as engine:
            async with stage(engine, tmp_path) as dispatcher:
                answers = await answers_to(dispatcher, [request(n) for n in range(100)])
    assert all(isinstance(answer, Completion) for answer in answers)
    sent = len(shaky.requests) + len(other.requests)
    assert 100 < sent <= 105


async def test_no_server_at_first_use_is_one_clear_error() -> None:
    async with fleet(NOWHERE) as engine:
        with pytest.raises(EngineUnavailable, match=f"{NOWHERE[0]}, {NOWHERE[1]}"):
            await engine.complete(request(1))


async def test_a_server_missing_at_first_use_is_a_warning(
    scripts: dict[str, Script], caplog: pytest.LogCaptureFixture
) -> None:
    async with fleet([NOWHERE[0], *scripts]) as engine:
        await engine.complete(request(1))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert NOWHERE[0] in caplog.text


async def test_a_key_that_one_server_refuses_is_one_clear_error(scripts: dict[str, Script]) -> None:
    next(iter(scripts.values())).api_key = "right"
    async with fleet(list(scripts)) as engine:
        with pytest.raises(EngineUnavailable, match="refuses the key"):
            await engine.complete(request(1))


async def test_closing_leaves_no_task_behind(scripts: dict[str, Script]) -> None:
    before = asyncio.all_tasks()
    async with fleet(list(scripts)) as engine:
        calls = [asyncio.ensure_future(engine.complete(request(n))) for n in range(5)]
        await asyncio.sleep(0.002)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
    assert asyncio.all_tasks() == before


Mishap = Callable[[], Awaitable[None]]


async def run_through(
    urls: Sequence[str], folder: Path, mishap: Mishap, *, calls: int = 400, policy: Policy
) -> tuple[list[Completion | Failed], Dispatcher]:
    """All calls through dispatcher and journal, with something going wrong on the way."""
    requests = [request(number, document=number // 4) for number in range(calls)]
    async with fleet(urls) as engine, stage(engine, folder, policy) as dispatcher:
        trouble = asyncio.ensure_future(mishap())
        try:
            async with asyncio.timeout(PATIENCE_S):  # a call itself waits for ever
                answers = await answers_to(dispatcher, requests)
        finally:
            trouble.cancel()
            await asyncio.gather(trouble, return_exceptions=True)
    return answers, dispatcher


@pytest.mark.slow
async def test_a_killed_and_a_frozen_server_lose_no_request(tmp_path: Path) -> None:
    ports = [free_port() for _ in range(3)]
    with ExitStack() as stack:
        servers = [stack.enter_context(server_process(port=port, latency_s=0.05)) for port in ports]

        async def mishap() -> None:
            await asyncio.sleep(0.3)
            servers[0].send_signal(signal.SIGKILL)
            await asyncio.sleep(0.2)
            servers[1].send_signal(signal.SIGSTOP)

        answers, dispatcher = await run_through(
            [url_of(port) for port in ports], tmp_path, mishap, policy=Policy(attempts=1)
        )
    assert len(answers) == 400
    assert all(isinstance(answer, Completion) for answer in answers)
    assert dispatcher.usage.retries == 0
    keys = journal_keys(tmp_path)
    assert len(keys) == len(set(keys)) == 400


@pytest.mark.slow
async def test_a_server_that_comes_back_is_used_again() -> None:
    """Both ways of coming back: a new process on the port, and a frozen one that goes on."""
    ports = [free_port() for _ in range(2)]
    urls = [url_of(port) for port in ports]
    with ExitStack() as stack:
        killed = stack.enter_context(server_process(port=ports[0]))
        frozen = stack.enter_context(server_process(port=ports[1]))
        async with fleet(urls) as engine:

            async def ask_all() -> None:
                await asyncio.gather(*(engine.complete(request(n)) for n in range(8)))

            await ask_all()
            killed.send_signal(signal.SIGKILL)
            await ask_all()
            stack.enter_context(server_process(port=ports[0]))
            await until_used(engine, urls[0])
            frozen.send_signal(signal.SIGSTOP)
            async with asyncio.timeout(PATIENCE_S):
                await ask_all()
            frozen.send_signal(signal.SIGCONT)
            await until_used(engine, urls[1])


@pytest.mark.slow
def test_a_pause_of_the_event_loop_is_not_taken_for_a_dead_server(
    scripts: dict[str, Script], caplog: pytest.LogCaptureFixture
) -> None:
    """Between two stages nothing runs on the loop, and every timer is overdue after."""
    engine = FleetEngine(list(scripts), "test-model")

    async def ask_all(first: int) -> None:
        await asyncio.gather(*(engine.complete(request(first + n)) for n in range(30)))

    with asyncio.Runner() as runner:
        runner.run(ask_all(0))
        for first in (100, 200):
            time.sleep(5)
            runner.run(ask_all(first))
        runner.run(engine.aclose())
    assert sum(len(script.requests) for script in scripts.values()) == 90
    assert not caplog.records


async def until_used(engine: FleetEngine, url: str) -> None:
    before = (await asyncio.to_thread(stats, url))["requests"]
    async with asyncio.timeout(PATIENCE_S):
        while (await asyncio.to_thread(stats, url))["requests"] == before:
            await asyncio.gather(*(engine.complete(request(n)) for n in range(8)))
            await asyncio.sleep(0.1)


@pytest.mark.slow
async def test_a_server_that_answers_slowly_is_not_taken_for_dead(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A freeze of five seconds, as a long prompt makes one, is waited for and paid once."""
    port = free_port()
    with server_process(port=port, latency_s=0.5) as server:
        async with fleet([url_of(port)]) as engine:
            await engine.complete(request(0))
            call = asyncio.ensure_future(engine.complete(request(1)))
            await asyncio.sleep(0.1)
            server.send_signal(signal.SIGSTOP)
            await asyncio.sleep(5)
            server.send_signal(signal.SIGCONT)
            assert isinstance(await call, Completion)
        assert (await asyncio.to_thread(stats, url_of(port)))["requests"] == 2
    assert not caplog.records


@pytest.mark.slow
async def test_when_all_servers_die_the_stage_ends(tmp_path: Path) -> None:
    ports = [free_port() for _ in range(3)]
    with ExitStack() as stack:
        servers = [stack.enter_context(server_process(port=port, latency_s=0.05)) for port in ports]

        async def mishap() -> None:
            await asyncio.sleep(0.3)
            for server in servers:
                server.send_signal(signal.SIGKILL)

        policy = replace(Policy(attempts=3, backoff_s=0.05), max_failed_share=0.1)
        with pytest.raises(TooManyFailures, match="no server of the fleet|went away"):
            await run_through([url_of(p) for p in ports], tmp_path, mishap, policy=policy)


@pytest.mark.slow
async def test_when_all_servers_die_a_call_is_one_failed_attempt() -> None:
    port = free_port()
    async with fleet([url_of(port)]) as engine:
        with server_process(port=port, latency_s=0.5):
            await engine.complete(request(0))
            call = asyncio.ensure_future(engine.complete(request(1)))
            await asyncio.sleep(0.1)
        with pytest.raises(RequestFailed, match=url_of(port)):
            await call
