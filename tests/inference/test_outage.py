"""Storage that is away for a while is waited for."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from tests.servers.openai_server import Script, running
from tests.servers.seaweedfs import BUCKET, S3Server, s3_server
from webscale_rl_dagster.inference.dispatch import Dispatcher, Policy
from webscale_rl_dagster.inference.engines.openai import OpenAIEngine
from webscale_rl_dagster.inference.journal import Journal, JournalPlace, read_calls
from webscale_rl_dagster.inference.progress import LogProgress
from webscale_rl_dagster.inference.protocol import (
    Completion,
    CompletionRequest,
    Sampling,
    TemplateRef,
)
from webscale_rl_dagster.storage.objects import Objects

pytestmark = pytest.mark.slow

PLACE = JournalPlace("filtered_documents", "wiki/0123456789/00000")
CALLS, IN_FLIGHT, AWAY_S = 300, 8, 4.0


def request(number: int) -> CompletionRequest:
    return CompletionRequest(
        messages=({"role": "user", "content": str(number)},),
        sampling=Sampling(max_tokens=10),
        template=TemplateRef("filter", "1", "abc"),
        role="filter",
        document_id=str(number),
    )


async def fail_for_a_while(server: S3Server, script: Script) -> int:
    """Killed at about half; how many requests were made while it was away."""
    while len(script.requests) < CALLS // 2:
        await asyncio.sleep(0.01)
    await asyncio.to_thread(server.kill)
    await asyncio.sleep(0.2)
    before = len(script.requests)
    await asyncio.sleep(AWAY_S)
    made = len(script.requests) - before
    await asyncio.to_thread(server.start)
    return made


async def test_a_run_outlives_a_killed_s3_server_and_loses_nothing(tmp_path: Path) -> None:
    script = Script(latency_s=0.05)
    with s3_server(tmp_path) as server, running(script) as url:
        objects = Objects(f"s3://{BUCKET}/outage", s3=server.options())
        engine = OpenAIEngine(url, "test-model", max_in_flight=IN_FLIGHT)
        async with Journal(objects, PLACE) as journal:
            progress = LogProgress(logging.getLogger("calls"))
            dispatcher = Dispatcher(engine, journal, Policy(), progress)
            trouble = asyncio.ensure_future(fail_for_a_while(server, script))
            work = dispatcher.in_order(dispatcher.complete, map(request, range(CALLS)))
            answers = [answer async for answer in work]
            assert await trouble <= IN_FLIGHT
        await asyncio.to_thread(journal.compact)
        await engine.aclose()
        names = await asyncio.to_thread(lambda: list(objects.list(PLACE.prefix)))
        frames = await asyncio.to_thread(lambda: list(read_calls(objects, names)))
    assert all(isinstance(answer, Completion) for answer in answers)
    assert len(script.requests) == CALLS
    kept = [key for frame in frames for key in frame["request_id"]]
    assert len(kept) == len(set(kept)) == CALLS
