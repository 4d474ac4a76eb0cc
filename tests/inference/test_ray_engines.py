"""Engines on nodes that die, differ, or come too late."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest

from tests.inference.ray_nodes import Node, instead_of_ray
from tests.inference.test_fleet import request
from tests.waiting import PATIENCE_S
from webscale_rl_dagster.config import EngineConfig
from webscale_rl_dagster.errors import EngineUnavailable
from webscale_rl_dagster.inference.engines import open_engine
from webscale_rl_dagster.inference.engines.ray import keeper
from webscale_rl_dagster.inference.engines.ray.cluster import Slot
from webscale_rl_dagster.inference.protocol import Engine


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "_RETRY_S", 0.05)
    monkeypatch.setattr(keeper, "_LOOK_EVERY_S", 0.05)


def engine_on_ray(**ray: float) -> Engine:
    settings = {"engine": "openai", "model": "test-model", "base_url": "http://h/v1"}
    cluster = {"address": "h:6379", **ray}
    return open_engine(EngineConfig.model_validate(settings | {"max_in_flight": 8, "ray": cluster}))


async def until_serving(engine: Engine, engines: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while engine.in_flight < 8 * engines:
            await asyncio.sleep(0.01)


async def test_one_that_dies_as_it_loads_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    sick = Node(dies_at={"start"})
    instead_of_ray(monkeypatch, {"sound": Node(), "sick": sick})
    engine = engine_on_ray()
    await engine.complete(request(0))
    async with asyncio.timeout(PATIENCE_S):
        while sick.asked.count("start") < 2:
            await asyncio.sleep(0.01)
    sick.dies_at.clear()
    await until_serving(engine, 2)
    await engine.aclose()


@pytest.mark.parametrize("call", ["hello", "start"])
async def test_all_dying_as_they_load_is_one_error_that_says_so(
    call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead_of_ray(monkeypatch, {"a": Node(dies_at={call}), "b": Node(dies_at={call})})
    engine = engine_on_ray()
    with pytest.raises(EngineUnavailable, match=r"engine 0 of node b is lost: The actor died"):
        await engine.complete(request(0))
    await engine.aclose()


async def test_nodes_that_come_up_together_have_one_version(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    nodes = {"old": Node("0.31", load_s=0.2), "new": Node("0.32", load_s=0.1)}
    instead_of_ray(monkeypatch, nodes)
    engine = engine_on_ray()
    await asyncio.gather(*(engine.complete(request(number)) for number in range(20)))
    async with asyncio.timeout(PATIENCE_S):
        while nodes["old"].asked.count("hello") < 3:
            await asyncio.sleep(0.01)
    assert (engine.in_flight, engine.identity.engine_version) == (8, "0.32")
    assert nodes["old"].asked.count("start") == 1, "known to be another's, it loads no model"
    assert "complete" not in nodes["old"].asked
    assert "openai 0.31 where the run expects test-model openai 0.32" in caplog.text
    await engine.aclose()


async def test_a_call_goes_to_no_engine_that_is_known_to_be_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of a node with three, four tries are one more than it takes."""
    for number in range(1, 9):
        lost = Node(engines=3)
        instead_of_ray(monkeypatch, {"lost": lost, "sound": Node()})
        engine = engine_on_ray()
        await engine.complete(request(0))
        await until_serving(engine, 4)
        lost.dies_at.add("complete")
        await engine.complete(request(number))
        await engine.aclose()


async def test_a_cancelled_first_request_leaves_one_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nodes = instead_of_ray(monkeypatch, {"a": Node()})
    join = nodes.join

    def slowly(address: str) -> None:
        time.sleep(0.2)
        join(address)

    monkeypatch.setattr("webscale_rl_dagster.inference.engines.ray.cluster.join", slowly)
    engine = engine_on_ray()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(engine.complete(request(0)), 0.05)
    await engine.complete(request(1))
    await engine.aclose()
    assert (nodes.joined, nodes.left) == (1, 1)


async def test_a_connection_that_failed_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = instead_of_ray(monkeypatch, {"a": Node()})
    with monkeypatch.context() as away:

        def nobody(_address: str) -> None:
            raise EngineUnavailable("no Ray cluster answers")

        away.setattr("webscale_rl_dagster.inference.engines.ray.cluster.join", nobody)
        engine = engine_on_ray()
        with pytest.raises(EngineUnavailable, match="no Ray cluster answers"):
            await engine.complete(request(0))
    await engine.complete(request(1))
    await engine.aclose()
    assert (nodes.joined, nodes.left) == (1, 1)


async def test_the_wait_for_engines_leaves_out_the_time_between_stages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    node = Node()
    instead_of_ray(monkeypatch, {"a": node})
    engine = engine_on_ray(wait_s=2)
    await engine.complete(request(0))
    node.dies_at |= {"complete", "start"}
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(engine.complete(request(1)), 0.3)
    node.dies_at.clear()
    time.sleep(2.5)
    await engine.complete(request(2))
    await engine.aclose()


async def test_a_cluster_that_falls_silent_is_what_the_error_tells(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instead_of_ray(monkeypatch, {})

    def silent(*_: object) -> list[Slot]:
        raise ConnectionError("the head is gone")

    monkeypatch.setattr("webscale_rl_dagster.inference.engines.ray.cluster.places", silent)
    engine = engine_on_ray(wait_s=1)
    with pytest.raises(EngineUnavailable, match=r"does not answer \(the head is gone\)"):
        await asyncio.wait_for(engine.complete(request(0)), PATIENCE_S)
    await engine.aclose()


async def test_a_look_that_never_comes_back_is_waited_for_no_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instead_of_ray(monkeypatch, {})
    hung = threading.Event()

    def never(*_: object) -> list[Slot]:
        hung.wait()
        return []

    monkeypatch.setattr("webscale_rl_dagster.inference.engines.ray.cluster.places", never)
    engine = engine_on_ray(wait_s=1)
    with pytest.raises(EngineUnavailable, match=r"does not answer \(it has not told its nodes yet"):
        await asyncio.wait_for(engine.complete(request(0)), PATIENCE_S)
    await engine.aclose()
    hung.set()


async def test_a_node_that_joins_a_cluster_without_any_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nodes = instead_of_ray(monkeypatch, {})
    looks = 0

    def places(*wanted: Any) -> list[Slot]:
        nonlocal looks
        looks += 1
        return nodes.places(*wanted)

    monkeypatch.setattr("webscale_rl_dagster.inference.engines.ray.cluster.places", places)
    engine = engine_on_ray()
    answer = asyncio.create_task(engine.complete(request(0)))
    async with asyncio.timeout(PATIENCE_S):
        while looks < 3:
            await asyncio.sleep(0.01)
    nodes.named["late"] = Node()
    assert (await asyncio.wait_for(answer, PATIENCE_S)).text == "an answer"
    await engine.aclose()


async def test_a_cluster_that_gets_no_node_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    instead_of_ray(monkeypatch, {})
    engine = engine_on_ray(wait_s=0.2)
    with pytest.raises(EngineUnavailable, match=r"after 0\.2 s \(ray.wait_s\) no node has 1 CPU"):
        await asyncio.wait_for(engine.complete(request(0)), PATIENCE_S)
    await engine.aclose()


async def test_what_comes_after_the_connection_joins_no_other_cluster(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ray's calls would start or join whatever cluster there is, and end this process with it."""
    instead_of_ray(monkeypatch, {"one": Node()})
    engine = engine_on_ray()
    await asyncio.wait_for(engine.complete(request(0)), PATIENCE_S)
    await engine.aclose()  # kills an actor of which Ray knows nothing

    import ray

    with pytest.raises(ray.exceptions.RaySystemError, match="not been started"):
        ray.nodes()
    assert not ray.is_initialized()
