"""What runs on a node: an actor that owns one engine.

Answers are values, refusals too: Ray would wrap an exception beyond recognition.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass, replace
from typing import Literal

import webscale_rl_dagster
from webscale_rl_dagster.config import EngineConfig
from webscale_rl_dagster.errors import (
    ConfigError,
    EngineUnavailable,
    InferenceError,
    RequestFailed,
    RequestRejected,
    WebscaleError,
)
from webscale_rl_dagster.inference.engines import open_engine
from webscale_rl_dagster.inference.engines.openai import OpenAIEngine
from webscale_rl_dagster.inference.engines.vllm import VllmEngine
from webscale_rl_dagster.inference.protocol import (
    Completion,
    CompletionRequest,
    Engine,
    ModelIdentity,
)


@dataclass(frozen=True, slots=True)
class Hello:
    """Who came up where."""

    host: str
    package: str
    """The version of this package on the node."""
    identity: ModelIdentity


def check_same(hello: Hello, expected: ModelIdentity) -> None:
    """EngineUnavailable if a node would answer as someone else than the run says."""
    ours = webscale_rl_dagster.__version__
    if hello.package != ours:
        raise EngineUnavailable(
            f"{hello.host} has version {hello.package} of this package, the run has {ours}: "
            "install the same on every node"
        )
    found = hello.identity
    # The driver need not have the engine, so the first node says which version it is.
    same = replace(expected, engine_version=expected.engine_version or found.engine_version)
    if found != same:
        raise EngineUnavailable(
            f"{hello.host} has {_who(found)} where the run expects {_who(same)}: give every node "
            "the same files and versions"
        )


def _who(identity: ModelIdentity) -> str:
    parts = (identity.model, identity.revision, identity.engine, identity.engine_version)
    return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error of `Engine.complete`, on its way home."""

    kind: Literal["failed", "rejected", "unavailable"]
    message: str
    retry_after: float | None = None

    @classmethod
    def of(cls, error: WebscaleError) -> Refusal:
        match error:
            case RequestFailed():
                return cls("failed", str(error), error.retry_after)
            case RequestRejected():
                return cls("rejected", str(error))
            case _:
                return cls("unavailable", str(error))

    def error(self) -> InferenceError:
        match self.kind:
            case "failed":
                return RequestFailed(self.message, retry_after=self.retry_after)
            case "rejected":
                return RequestRejected(self.message)
            case "unavailable":
                return EngineUnavailable(self.message)


class NodeEngine:
    """The actor; its methods run in one event loop, many at a time."""

    def __init__(self, config: EngineConfig) -> None:
        self._config = config.model_copy(update={"ray": None})
        self._engine: Engine | None = None

    async def hello(self) -> Hello | Refusal:
        try:
            self._engine = open_engine(self._config)
        except (ConfigError, EngineUnavailable) as error:
            return Refusal.of(error)
        return Hello(socket.gethostname(), webscale_rl_dagster.__version__, self._engine.identity)

    async def start(self) -> Refusal | None:
        """The model loaded or the server reached, so that no request waits for it."""
        try:
            match self._engine:
                case VllmEngine() as engine:
                    await engine.llm()
                case OpenAIEngine() as engine:
                    await engine.reach()
        except (ConfigError, InferenceError) as error:
            return Refusal.of(error)
        return None

    async def complete(self, request: CompletionRequest) -> Completion | Refusal:
        assert self._engine is not None, "asked after hello and start"
        try:
            return await self._engine.complete(request)
        except InferenceError as error:
            return Refusal.of(error)

    async def close(self) -> None:
        if self._engine is not None:
            await self._engine.aclose()
