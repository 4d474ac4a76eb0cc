"""Nodes whose actors live in this process: what one says, and when it dies, is a test's to choose.

Everything above Ray's own calls is real; `test_ray` has the same on clusters that are.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest

import webscale_rl_dagster
from webscale_rl_dagster.config import EngineConfig, RayConfig
from webscale_rl_dagster.inference.engines.ray import cluster, member
from webscale_rl_dagster.inference.engines.ray.cluster import Slot
from webscale_rl_dagster.inference.engines.ray.node import Hello
from webscale_rl_dagster.inference.protocol import Completion, CompletionRequest, ModelIdentity


def dead() -> Exception:
    """What Ray says of an actor whose process is gone."""
    from ray.exceptions import RayActorError  # here, as `cluster` has settings for its import

    error: Exception = RayActorError(error_msg="The actor died unexpectedly before finishing.")
    return error


@dataclass
class Node:
    """Room for engines, and how those that come up there fare."""

    version: str = ""
    engines: int = 1
    load_s: float = 0.0
    dies_at: set[str] = field(default_factory=set)
    """Which calls kill the actor: hello, start, complete."""
    asked: list[str] = field(default_factory=list)

    async def answer(self, method: str) -> Hello | Completion | None:
        self.asked.append(method)
        if method in self.dies_at:
            raise dead()
        match method:
            case "hello":
                identity = ModelIdentity("test-model", "", "openai", self.version)
                return Hello("host", webscale_rl_dagster.__version__, identity)
            case "complete":
                return Completion("an answer", "stop", 1, 1)
            case _:
                await asyncio.sleep(self.load_s)
                return None


@dataclass
class Nodes:
    """A cluster of them."""

    named: dict[str, Node]
    joined: int = 0
    left: int = 0

    def join(self, _address: str) -> None:
        self.joined += 1

    def leave(self, _address: str) -> None:
        self.left += 1

    def places(self, _config: EngineConfig, _wanted: RayConfig) -> list[Slot]:
        return [
            Slot(name, number)
            for name, node in self.named.items()
            for number in range(node.engines)
        ]

    def actor(self, slot: Slot, _config: EngineConfig, _wanted: RayConfig) -> _Actor:
        assert slot.node is not None
        return _Actor(self.named[slot.node])


class _Actor:
    """As much of a handle as is used."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def __getattr__(self, method: str) -> _Method:
        return _Method(lambda: self._node.answer(method))


@dataclass
class _Method:
    ask: Callable[[], Coroutine[Any, Any, Any]]

    def remote(self, *_request: CompletionRequest) -> _Answer:
        return _Answer(asyncio.run_coroutine_threadsafe(self.ask(), asyncio.get_running_loop()))


@dataclass
class _Answer:
    coming: concurrent.futures.Future[Any]

    def future(self) -> concurrent.futures.Future[Any]:
        return self.coming


def instead_of_ray(monkeypatch: pytest.MonkeyPatch, named: dict[str, Node]) -> Nodes:
    nodes = Nodes(named)
    for name in ("join", "leave", "places"):
        monkeypatch.setattr(cluster, name, getattr(nodes, name))
    monkeypatch.setattr(member, "_actor", nodes.actor)
    return nodes
