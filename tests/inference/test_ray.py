"""Engines on real Ray nodes of this machine, of which some join late and some are killed."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.inference.test_fleet import request
from tests.pipeline import Pipeline, town
from tests.servers.openai_server import Script, free_port, running
from tests.servers.ray_cluster import RayCluster, engine_processes, ray_cluster
from tests.waiting import PATIENCE_S, wait_until
from webscale_rl_dagster.config import EngineConfig, load_config
from webscale_rl_dagster.errors import (
    ConfigError,
    EngineUnavailable,
    RequestFailed,
    RequestRejected,
)
from webscale_rl_dagster.inference.engines import open_engine
from webscale_rl_dagster.inference.engines.ray.node import Hello, check_same
from webscale_rl_dagster.inference.protocol import Completion, Engine, ModelIdentity

pytestmark = pytest.mark.slow

IN_FLIGHT = 8
"""For what takes a few seconds on an idle machine."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[RayCluster]:
    """Two nodes."""
    with ray_cluster() as started:
        started.add()
        yield started


def config(url: str, address: str, **ray: Any) -> EngineConfig:
    return EngineConfig.model_validate(
        {
            "engine": "openai",
            "model": "test-model",
            "base_url": url,
            "max_in_flight": IN_FLIGHT,
            "ray": {"address": address, **ray},
        }
    )


@asynccontextmanager
async def engine_on(url: str, address: str, **ray: Any) -> AsyncIterator[Engine]:
    engine = open_engine(config(url, address, **ray))
    try:
        yield engine
    finally:
        await engine.aclose()


async def until(true: Callable[[], bool]) -> None:
    await asyncio.to_thread(wait_until, true)


async def complete_all(engine: Engine, numbers: range) -> list[Completion]:
    async with asyncio.timeout(PATIENCE_S):
        return await asyncio.gather(*(engine.complete(request(n)) for n in numbers))


async def test_the_calls_of_a_lost_engine_move_and_it_is_replaced(cluster: RayCluster) -> None:
    script = Script()
    with running(script) as url:
        async with engine_on(url, cluster.address) as engine:
            assert engine.in_flight == IN_FLIGHT
            await complete_all(engine, range(2))
            await until(lambda: engine.in_flight == 2 * IN_FLIGHT)

            script.latency_s = 1.0
            begun = asyncio.ensure_future(complete_all(engine, range(10, 26)))
            await until(lambda: script.stats()["most_at_once"] == 2 * IN_FLIGHT)
            os.kill(engine_processes()[0], signal.SIGKILL)
            assert len(await begun) == 2 * IN_FLIGHT
            assert len(script.requests) <= 2 + 3 * IN_FLIGHT + IN_FLIGHT // 4
            await until(lambda: engine.in_flight == 2 * IN_FLIGHT)
    wait_until(lambda: engine_processes() == [])


async def test_engines_killed_as_they_load_are_replaced(cluster: RayCluster) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(PATIENCE_S)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        async with engine_on(url, cluster.address) as engine:
            begun = asyncio.ensure_future(engine.complete(request(0)))
            loading = [(await asyncio.to_thread(silent.accept))[0] for _ in range(2)]
            killed = set(engine_processes())
            for process in killed:
                os.kill(process, signal.SIGKILL)
            with pytest.raises(EngineUnavailable, match="engine 0 of node .* is lost"):
                await asyncio.wait_for(begun, PATIENCE_S)
            await until(lambda: len(set(engine_processes()) - killed) == 2)
            for connection in loading:
                connection.close()
    wait_until(lambda: engine_processes() == [])


@pytest.fixture(params=["a node's process", "a client"])
def address(cluster: RayCluster, request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "a client":
        with cluster.client_server() as address:
            yield address
    else:
        yield cluster.address


async def test_two_nodes_answer_side_by_side_and_the_cluster_outlives_the_engine(
    address: str,
) -> None:
    script = Script(gather=2 * IN_FLIGHT)
    with running(script) as url:
        async with engine_on(url, address) as engine:
            answers = await complete_all(engine, range(2 * IN_FLIGHT))
            assert script.most_at_once == 2 * IN_FLIGHT
            script.faults = ["too_many_requests"]
            with pytest.raises(RequestFailed) as failed:
                await engine.complete(request(100))
            assert failed.value.retry_after == 0.05
            script.faults = ["bad_request"]
            with pytest.raises(RequestRejected, match="maximum context length"):
                await engine.complete(request(101))
            script.latency_s = 3600
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(engine.complete(request(102)), 0.5)
            script.latency_s = 0
            assert await engine.complete(request(103)) == answers[0]
    assert answers[0] == Completion("an answer", "stop", 100, 2)
    assert engine.identity == ModelIdentity("test-model", "", "openai", "")
    wait_until(lambda: engine_processes() == [])
    with pytest.raises(EngineUnavailable, match="closed"):
        await engine.complete(request(104))


async def test_no_server_on_the_nodes_is_one_error_that_names_them(cluster: RayCluster) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}/v1"
    async with engine_on(nowhere, cluster.address) as engine:
        with pytest.raises(EngineUnavailable, match="engine 0 of node .* no server answers at"):
            await asyncio.wait_for(engine.complete(request(0)), PATIENCE_S)


async def test_engines_that_find_no_room_are_waited_for_so_long_and_no_longer(
    cluster: RayCluster,
) -> None:
    url = "http://127.0.0.1:9/v1"
    async with engine_on(url, cluster.address, gpus_per_engine=1, wait_s=1) as engine:
        with pytest.raises(EngineUnavailable, match="after 1 s .* no node has 1 CPU and 1 GPU"):
            await asyncio.wait_for(engine.complete(request(0)), PATIENCE_S)
    wanted = {"engines": 1, "gpus_per_engine": 1, "wait_s": 1}
    async with engine_on(url, cluster.address, **wanted) as engine:
        with pytest.raises(EngineUnavailable, match="after 1 s .* none of 1 has found 1 CPU and 1"):
            await asyncio.wait_for(engine.complete(request(0)), PATIENCE_S)


async def test_a_process_joins_one_cluster(cluster: RayCluster) -> None:
    with running(Script()) as url:
        async with engine_on(url, cluster.address) as engine:
            await complete_all(engine, range(1))
            async with engine_on(url, f"ray://{cluster.address}") as other:
                with pytest.raises(EngineUnavailable, match="same ray.address"):
                    await other.complete(request(1))
            async with engine_on(url, cluster.address, engines=1) as twin:
                await complete_all(twin, range(1))
            await complete_all(engine, range(1))


@contextmanager
def run_all(pipeline: Pipeline, cluster: RayCluster) -> Iterator[subprocess.Popen[bytes]]:
    """The command on Ray, in a process of its own."""
    engine = pipeline.settings["models"]["default"] | {"ray": {"address": cluster.address}}
    pipeline.configure(models={"default": engine})
    with pipeline.process("run", "--all") as process:
        yield process


def test_a_run_goes_on_as_nodes_join_and_are_killed(
    cluster: RayCluster, pipeline: Pipeline
) -> None:
    script = pipeline.script
    script.latency_s = 0.5
    pipeline.ingest("towns.jsonl", [town(number) for number in range(100)])
    with run_all(pipeline, cluster) as process:
        wait_until(lambda: script.most_at_once == 2 * IN_FLIGHT)
        late = cluster.add()
        wait_until(lambda: script.most_at_once == 3 * IN_FLIGHT)
        script.latency_s = 0.1
        cluster.kill(late)
        assert process.wait(PATIENCE_S) == 0

    assert pipeline.verified()["qa_id"].is_unique().all()
    stages = [stage for shard in pipeline.status()["shards"] for stage in shard["stages"].values()]
    assert [stage["failed"] for stage in stages] == [0] * 6
    assert stages[-1]["kept"] > 50
    paid = script.prompts
    assert paid.total() <= len(paid) + IN_FLIGHT * 5 // 4

    before = paid.total()
    pipeline("run", "--all")
    assert script.prompts.total() == before
    wait_until(lambda: engine_processes() == [])


def test_ctrl_c_ends_a_run_on_ray_at_once(cluster: RayCluster, pipeline: Pipeline) -> None:
    pipeline.script.latency_s = 3600
    pipeline.ingest("towns.jsonl", [town(number) for number in range(6)])
    with run_all(pipeline, cluster) as process:
        pipeline.wait_for_requests(1)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) != 0
    wait_until(lambda: engine_processes() == [])


async def test_a_cluster_that_is_not_there_is_one_paragraph() -> None:
    for address in (f"127.0.0.1:{free_port()}", f"ray://127.0.0.1:{free_port()}"):
        async with engine_on("http://127.0.0.1:9/v1", address) as engine:
            with pytest.raises(EngineUnavailable, match=r"no Ray cluster answers.*ray start"):
                await engine.complete(request(0))


def test_only_engines_that_can_run_on_nodes_do() -> None:
    for engine in ("llama_cpp", "fleet"):
        wrong = EngineConfig.model_validate({"engine": engine, "ray": {"address": "h:6379"}})
        with pytest.raises(ConfigError, match=f"vllm and openai, not with {engine}"):
            open_engine(wrong)


@pytest.mark.parametrize(
    "address", ["auto", "local", "10.0.0.5", "http://h:1", "ray://h", "h:x", "a b:1", "u@h:1/x"]
)
def test_an_address_names_host_and_port(tmp_path: Path, address: str) -> None:
    path = tmp_path / "pipeline.yaml"
    path.write_text(f"models: {{default: {{engine: vllm, ray: {{address: '{address}'}}}}}}")
    with pytest.raises(ConfigError, match="must be HOST:PORT"):
        load_config(path)


def test_an_unknown_key_of_the_cluster_names_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "pipeline.yaml"
    path.write_text("models: {default: {ray: {address: 'h:6379', engine: 2}}}")
    with pytest.raises(ConfigError, match="did you mean engines"):
        load_config(path)


@pytest.mark.parametrize(
    ("package", "model", "revision", "version"),
    [
        ("0.0.0", "qwen", "abc", "0.32.0"),
        (None, "llama", "abc", "0.32.0"),
        (None, "qwen", "def", "0.32.0"),
        (None, "qwen", "abc", "0.31.0"),
    ],
)
def test_a_node_that_would_answer_otherwise_is_refused(
    package: str | None, model: str, revision: str, version: str
) -> None:
    from webscale_rl_dagster import __version__

    expected = ModelIdentity("qwen", "abc", "vllm", "0.32.0")
    found = ModelIdentity(model, revision, "vllm", version)
    with pytest.raises(EngineUnavailable, match="gpu7 has"):
        check_same(Hello("gpu7", package or __version__, found), expected)
    check_same(Hello("gpu7", __version__, expected), expected)
