"""The in-process engine, with a real model: what a request asks for, and how it ends."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.pipeline import town
from tests.waiting import PATIENCE_S
from webscale_rl_dagster.config import EngineConfig
from webscale_rl_dagster.errors import ConfigError, EngineUnavailable, RequestRejected
from webscale_rl_dagster.inference.engines.vllm import VllmEngine
from webscale_rl_dagster.inference.protocol import CompletionRequest, Sampling, TemplateRef

pytestmark = pytest.mark.asyncio(loop_scope="module")

COLOUR: dict[str, Any] = {
    "type": "object",
    "properties": {"colour": {"type": "string", "enum": ["teal", "ochre"]}},
    "required": ["colour"],
    "additionalProperties": False,
}


def ask(text: str, schema: dict[str, Any] | None = None, **sampling: Any) -> CompletionRequest:
    return CompletionRequest(
        messages=({"role": "user", "content": text},),
        sampling=Sampling(**({"max_tokens": 24} | sampling)),
        template=TemplateRef("filter", "1", "abc"),
        role="filter",
        document_id="d",
        schema=schema,
    )


def settings(model: Path, **options: Any) -> EngineConfig:
    return EngineConfig(
        engine="vllm",
        model=str(model),
        context_tokens=2048,
        max_in_flight=64,
        engine_options={"enforce_eager": True} | options,
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(model: Path) -> AsyncIterator[VllmEngine]:
    engine = VllmEngine(settings(model))
    yield engine
    await engine.aclose()
    assert not multiprocessing.active_children()


async def under_way(engine: VllmEngine) -> None:
    """The model ends an answer when it likes, which may be soon."""
    async with asyncio.timeout(PATIENCE_S):
        while (await engine.llm()).get_num_unfinished_requests() == 0:
            await asyncio.sleep(0.001)


async def test_the_identity_is_that_of_the_folder(engine: VllmEngine, model: Path) -> None:
    identity = engine.identity
    assert (identity.model, identity.engine) == (model.name, "vllm")
    assert identity.revision == VllmEngine(settings(model)).identity.revision


async def test_a_schema_binds_the_answer(engine: VllmEngine) -> None:
    completion = await engine.complete(ask("A colour, please.", COLOUR))
    assert json.loads(completion.text)["colour"] in {"teal", "ochre"}
    assert completion.finish_reason == "stop"


async def test_a_document_is_computed_once_for_all_its_calls(engine: VllmEngine) -> None:
    first = await engine.complete(ask(f"{town(3)}\n\nIs it old?"))
    again = await engine.complete(ask(f"{town(3)}\n\nIs it large?"))
    assert first.cached_tokens == 0
    assert 0 < again.cached_tokens < again.prompt_tokens


async def test_a_seed_gives_the_same_text_again(engine: VllmEngine) -> None:
    """One after another: in another batch bfloat16 rounds otherwise, and vLLM promises nothing."""
    seeds = (5, 5, 6)
    requests = [ask("Tell me a story.", temperature=1.0, seed=seed) for seed in seeds]
    same, again, other = [await engine.complete(request) for request in requests]
    assert same.text == again.text != other.text


async def test_generation_ends_where_it_is_told_to(engine: VllmEngine) -> None:
    cut = await engine.complete(ask("Count from one to fifty in words.", max_tokens=7))
    assert (cut.finish_reason, cut.completion_tokens) == ("length", 7)
    word = cut.text.split()[1]
    stopped = await engine.complete(ask("Count from one to fifty in words.", stop=(word,)))
    assert stopped.finish_reason == "stop"
    assert word not in stopped.text
    assert cut.text.startswith(stopped.text)


async def test_64_requests_at_once_share_the_batches(engine: VllmEngine) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    alone = await engine.complete(ask("Name a river.", temperature=1.0))
    one = loop.time() - began
    requests = [ask(f"Name river number {n}.", temperature=1.0, seed=n) for n in range(64)]
    began = loop.time()
    answers = await asyncio.gather(*map(engine.complete, requests))
    assert len({answer.text for answer in answers}) > 32
    assert loop.time() - began < 32 * one, "no faster than one after another"
    assert alone.completion_tokens > 0


async def test_a_cancelled_request_is_aborted(engine: VllmEngine) -> None:
    long = ask("Tell me everything.", max_tokens=1900, temperature=1.0)
    call = asyncio.ensure_future(engine.complete(long))
    await under_way(engine)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert (await engine.llm()).get_num_unfinished_requests() == 0


async def test_a_prompt_beyond_the_window_is_rejected(engine: VllmEngine) -> None:
    with pytest.raises(RequestRejected, match="of the window of 2048 tokens"):
        await engine.complete(ask("word " * 3000))


async def test_a_schema_that_cannot_be_compiled_is_rejected(engine: VllmEngine) -> None:
    with pytest.raises(RequestRejected, match="vLLM refused the request"):
        await engine.complete(ask("Hello.", {"type": "no such type"}))


async def test_an_engine_process_that_died_is_unavailable(engine: VllmEngine) -> None:
    """The last one to use the engine."""
    call = asyncio.ensure_future(engine.complete(ask("Hello.", max_tokens=1900)))
    await under_way(engine)
    for child in multiprocessing.active_children():
        child.kill()
    with pytest.raises(EngineUnavailable, match="died"):
        await call
    with pytest.raises(EngineUnavailable, match="died"):
        await engine.complete(ask("Hello."))


async def test_an_unknown_engine_option_is_one_clear_error(model: Path) -> None:
    engine = VllmEngine(settings(model, quantisation="fp8"))
    with pytest.raises(ConfigError, match="engine_options.*quantisation"):
        await engine.complete(ask("Hello."))
    await engine.aclose()


async def test_a_window_beyond_the_model_is_one_clear_error(model: Path) -> None:
    config = settings(model).model_copy(update={"context_tokens": 1_000_000})
    engine = VllmEngine(config)
    with pytest.raises(EngineUnavailable, match="cannot load"):
        await engine.complete(ask("Hello."))
    await engine.aclose()


async def test_a_folder_without_a_model_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="no model folder"):
        VllmEngine(settings(tmp_path))
