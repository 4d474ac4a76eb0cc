"""All engines on the nodes of a Ray cluster behind one `Engine`."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import threading

from webscale_rl_dagster.config import EngineConfig
from webscale_rl_dagster.errors import ConfigError, EngineUnavailable, RequestFailed
from webscale_rl_dagster.inference.background import in_thread
from webscale_rl_dagster.inference.engines import vllm
from webscale_rl_dagster.inference.engines.placement import Placement
from webscale_rl_dagster.inference.engines.ray import cluster
from webscale_rl_dagster.inference.engines.ray.keeper import Keeper
from webscale_rl_dagster.inference.engines.ray.member import EngineLost, NodeMember
from webscale_rl_dagster.inference.protocol import Completion, CompletionRequest, ModelIdentity

_ENGINES_TRIED = 4
"""How many engines may be lost over one attempt at a request."""


class RayEngine:
    """Calls of a document go to one engine, as in a fleet; those of a lost one go to the others.

    The cluster is joined by the first request. Journal, retries and deadlines stay in this process.
    """

    def __init__(self, config: EngineConfig) -> None:
        assert config.ray is not None
        if importlib.util.find_spec("ray") is None:
            raise EngineUnavailable(
                "Ray is not installed: `pip install 'webscale-rl-dagster[ray]'`, in the version "
                "that the cluster runs"
            )
        self._config, self._identity = _pinned(config)
        self._wanted = config.ray
        self._keeper: Keeper | None = None
        self._placement = Placement(config.in_flight, self._up)
        self._joining: asyncio.Future[None] | None = None
        self._connection = threading.Lock()
        self._closed = self._joined = False

    @property
    def identity(self) -> ModelIdentity:
        return self._identity if self._keeper is None else self._keeper.identity

    @property
    def in_flight(self) -> int:
        """Of the engines that serve now; while none does, of one."""
        members = self._keeper.members if self._keeper else ()
        return self._config.in_flight * max(1, len(members))

    async def complete(self, request: CompletionRequest) -> Completion:
        if self._keeper is None:
            await self._open()
        for _ in range(_ENGINES_TRIED):
            async with self._placement.place(request.document_id) as member:
                with contextlib.suppress(EngineLost):
                    return await member.complete(request)
        raise RequestFailed(f"{_ENGINES_TRIED} engines were lost over this request")

    async def aclose(self) -> None:
        """Every engine is ended, the cluster is left as it was."""
        if self._keeper is not None:
            await self._keeper.stop()
        if self._joining is not None:
            self._joining.cancel()
        with self._connection:
            self._closed = True
            if self._joined:
                cluster.leave(self._wanted.address)
            self._joined = False

    async def _open(self) -> None:
        """A caller may be cancelled while it waits; the one connection is made for the others."""
        if self._closed:
            raise EngineUnavailable("the engines on Ray were closed")
        if self._joining is None or (self._joining.done() and self._joining.exception()):
            self._joining = asyncio.ensure_future(in_thread(self._join))
        await asyncio.shield(self._joining)
        if self._keeper is None and not self._closed:
            self._keeper = Keeper(
                self._config, self._wanted, self._identity, self._placement.wake_all
            )

    def _join(self) -> None:
        cluster.join(self._wanted.address)
        with self._connection:
            self._joined = not self._closed
        if not self._joined:  # closed meanwhile, by an interrupt
            cluster.leave(self._wanted.address)

    def _up(self) -> list[NodeMember]:
        if self._closed or self._keeper is None:
            raise EngineUnavailable("the engines on Ray were closed")
        self._keeper.raise_if_hopeless()
        return [member for member in self._keeper.members if not member.lost]


def _pinned(config: EngineConfig) -> tuple[EngineConfig, ModelIdentity]:
    """What every node is to serve, told without any of them."""
    if config.engine == "vllm":
        return vllm.pinned(config)
    if config.engine != "openai":
        raise ConfigError(f"`ray` goes with the engines vllm and openai, not with {config.engine}")
    if not config.base_url or not config.model:
        raise ConfigError("engine openai needs `base_url` and `model` in pipeline.yaml")
    return config, ModelIdentity(config.model, "", "openai", "")
