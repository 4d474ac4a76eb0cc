"""One engine on a node, as the run's process sees it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from webscale_rl_dagster.config import EngineConfig, RayConfig
from webscale_rl_dagster.errors import EngineUnavailable, RequestFailed
from webscale_rl_dagster.inference.engines.placement import Member
from webscale_rl_dagster.inference.engines.ray.cluster import Slot, gpus_of
from webscale_rl_dagster.inference.engines.ray.node import Hello, NodeEngine, Refusal
from webscale_rl_dagster.inference.protocol import Completion, CompletionRequest

_CLOSE_S = 6.0
"""Seconds an engine has to end its processes, before Ray kills its actor."""

_SPARE_CALLS = 16

_EVERY_NODE = "Every node needs this package, the engine's extra and the same Python"


class EngineLost(RequestFailed):
    """The engine, its node or the way there went away: the call is another engine's."""


class NodeMember(Member):
    """An actor of its own, from arrival to end."""

    def __init__(self, slot: Slot) -> None:
        super().__init__(f"{slot.node}/{slot.number}")
        self.slot = slot
        self._lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._actor: Any = None
        self._opened = False

    @property
    def lost(self) -> bool:
        """Whether it is to be asked nothing more."""
        return self._lost.done()

    async def arrive(
        self, config: EngineConfig, wanted: RayConfig, check: Callable[[Hello], None]
    ) -> Hello:
        """Wait for room on a node, for `check` of who answers there, then for the model.

        Raises EngineUnavailable with the reason if the node cannot serve, and what `check` raises.
        """
        from ray.exceptions import RayError

        try:
            return await self._arrive(config, wanted, check)
        except (RequestFailed, RayError, OSError, RuntimeError, ValueError) as error:
            needs = "" if self._opened else f". {_EVERY_NODE}"
            raise EngineUnavailable(f"{error}{needs}") from error

    async def complete(self, request: CompletionRequest) -> Completion:
        """EngineLost if the engine cannot go on; whoever waits in `until_lost` hears of it."""
        try:
            answer = await self._ask("complete", request)
            if isinstance(answer, Completion):
                self.succeeded()
                return answer
            raise answer.error()
        except EngineUnavailable as error:
            self._lose(str(error))
            raise EngineLost(str(error)) from error
        except EngineLost as error:
            self._lose(str(error))
            raise
        except RequestFailed as error:
            self.rest(error.retry_after)
            raise

    async def _arrive(
        self, config: EngineConfig, wanted: RayConfig, check: Callable[[Hello], None]
    ) -> Hello:
        self._actor = _actor(self.slot, config, wanted)
        hello: Hello | Refusal = await self._ask("hello")
        if isinstance(hello, Refusal):
            raise EngineUnavailable(hello.message)
        self._opened = True
        check(hello)
        refusal = await self._ask("start")
        if isinstance(refusal, Refusal):
            raise EngineUnavailable(f"{hello.host}: {refusal.message}")
        return hello

    async def until_lost(self) -> str:
        """The reason."""
        return await self._lost

    async def end(self) -> None:
        """The actor and its engine are gone, or Ray was told to kill them."""
        import ray

        with contextlib.suppress(Exception):  # whatever it says, it is killed next
            if self._opened and not self.lost:
                async with asyncio.timeout(_CLOSE_S):
                    await self._ask("close")
        with contextlib.suppress(Exception):  # Ray's own, of an actor or a cluster that is gone
            ray.kill(self._actor)

    def _lose(self, reason: str) -> None:
        if not self.lost:
            self._lost.set_result(reason)

    async def _ask(self, method: str, *arguments: Any) -> Any:
        """EngineLost for whatever Ray says of an actor that cannot be asked."""
        import ray
        from ray.exceptions import RayError, RayTaskError

        try:
            answer = getattr(self._actor, method).remote(*arguments)
            coming = asyncio.wrap_future(answer.future())
            coming.add_done_callback(_seen)
            # Shielded, as Ray would set the result of a future that was cancelled.
            return await asyncio.shield(coming)
        except asyncio.CancelledError:
            with contextlib.suppress(Exception):  # it is best effort
                ray.cancel(answer)
            raise
        except RayTaskError as error:  # it goes on; only this call met what nobody foresaw
            raise RequestFailed(f"{self.slot}: {error.cause!r}") from error
        except (RayError, ConnectionError) as error:
            raise EngineLost(f"{self.slot} is lost: {_first_line(error)}") from error


def _actor(slot: Slot, config: EngineConfig, wanted: RayConfig) -> Any:
    """Created at once, placed by Ray as soon as there is room, and never restarted by it."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    options = {
        "num_cpus": wanted.cpus_per_engine,
        "num_gpus": gpus_of(config, wanted),
        # One may hold a quarter more calls than its share; see `Placement`.
        "max_concurrency": 2 * config.in_flight + _SPARE_CALLS,
        "scheduling_strategy": NodeAffinitySchedulingStrategy(slot.node, soft=False)
        if slot.node
        else "SPREAD",
    }
    return ray.remote(NodeEngine).options(**options).remote(config)


def _seen(answer: asyncio.Future[Any]) -> None:
    """That nobody waits for an answer any more is no error to log."""
    if not answer.cancelled():
        answer.exception()


def _first_line(error: Exception) -> str:
    return (str(error).strip() or repr(error)).splitlines()[0]
