"""Keeps an engine in every place that the cluster has for one, whatever nodes come and go."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from webscale_rl_dagster.config import EngineConfig, RayConfig
from webscale_rl_dagster.errors import EngineUnavailable
from webscale_rl_dagster.inference.background import in_thread
from webscale_rl_dagster.inference.engines.ray import cluster
from webscale_rl_dagster.inference.engines.ray.cluster import Slot
from webscale_rl_dagster.inference.engines.ray.member import NodeMember
from webscale_rl_dagster.inference.engines.ray.node import Hello, check_same
from webscale_rl_dagster.inference.protocol import ModelIdentity

_LOOK_EVERY_S = 2.0
_RETRY_S, _LONGEST_RETRY_S = 2.0, 30.0

_log = logging.getLogger(__name__)


class Keeper:
    """`members` are those that serve now; `changed` is called when they, or the prospects, do."""

    def __init__(
        self,
        config: EngineConfig,
        wanted: RayConfig,
        identity: ModelIdentity,
        changed: Callable[[], None],
    ) -> None:
        self.members: list[NodeMember] = []
        self.identity = identity
        """The engine's version is that of the first node that serves."""
        self._config, self._wanted, self._changed = config, wanted, changed
        self._slots: dict[Slot, asyncio.Task[None]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._reasons: dict[Slot, str] = {}
        """Why a slot has no engine, where one was tried."""
        self._served = False
        self._idle_s = 0.0
        """Since a member served, less the time between stages, when the loop stands still."""
        self._silence = "it has not told its nodes yet"
        """What the cluster says while it does not tell them."""
        self._own = [asyncio.create_task(self._look()), asyncio.create_task(self._count())]

    async def stop(self) -> None:
        """Every engine is ended."""
        tasks = {*self._own, *self._slots.values(), *self._ending}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def raise_if_hopeless(self) -> None:
        """EngineUnavailable once none has served for `wait_s`, or every place was tried in vain."""
        if self.members:
            return
        for task in (*self._own, *self._slots.values()):
            if task.done() and not task.cancelled():
                task.result()
        in_vain = bool(self._slots) and self._reasons.keys() >= self._slots.keys()
        if self._idle_s > self._wanted.wait_s or (in_vain and not self._served):
            raise EngineUnavailable(
                f"no engine serves on the Ray cluster at {self._wanted.address}: {self._plight()}. "
                "Mend that and run the shard again: finished calls are in the journal"
            )

    def _plight(self) -> str:
        gpus = cluster.gpus_of(self._config, self._wanted)
        room = f"{self._wanted.cpus_per_engine:g} CPU and {gpus:g} GPU"
        if self._silence:
            return f"it does not answer ({self._silence})"
        if not self._slots:
            return f"after {self._wanted.wait_s:g} s (ray.wait_s) no node has {room} for one"
        if not self._reasons:
            return (
                f"after {self._wanted.wait_s:g} s (ray.wait_s) none of {len(self._slots)} has "
                f"found {room} or loaded its model; `ray status` shows who holds them"
            )
        return "; ".join(
            f"{slot}: {self._reasons[slot]}" for slot in sorted(self._reasons, key=str)
        )

    async def _look(self) -> None:
        while True:
            try:
                slots = await in_thread(self._places)
            except Exception as error:  # Ray's are many, and the next look may succeed
                _log.warning("the Ray cluster does not answer: %s", error)
                self._silence = str(error) or repr(error)
            else:
                self._silence = ""
                self._meet(slots)
            self._changed()
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _count(self) -> None:
        """Apart from the looks, of which one may take minutes, or not come back."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            self._idle_s = 0.0 if self.members else self._idle_s + _LOOK_EVERY_S
            if not self.members:
                self._changed()

    def _places(self) -> list[Slot]:
        return cluster.places(self._config, self._wanted)

    def _meet(self, slots: list[Slot]) -> None:
        for slot in self._slots.keys() - set(slots):
            self._reasons.pop(slot, None)
            ending = self._slots.pop(slot)
            ending.cancel()
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
        for slot in slots:
            if slot not in self._slots:
                self._slots[slot] = asyncio.create_task(self._fill(slot))

    async def _fill(self, slot: Slot) -> None:
        """One engine after the other; where none comes up, less and less often."""
        pause = _RETRY_S
        while True:
            member = NodeMember(slot)
            try:
                hello = await member.arrive(self._config, self._wanted, self._check)
                self._came(member, hello)
                reason, pause = await member.until_lost(), _RETRY_S
            except EngineUnavailable as error:
                reason = str(error)
            finally:
                self._went(member)
                await member.end()
            _log.warning("%s: %s", slot, reason)
            self._reasons[slot] = reason
            self._changed()
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_RETRY_S)

    def _check(self, hello: Hello) -> None:
        check_same(hello, self.identity)

    def _came(self, member: NodeMember, hello: Hello) -> None:
        """Checked once more, as another may have been the first to serve while this one loaded."""
        self._check(hello)
        self.identity = hello.identity
        self._served = True
        self._reasons.pop(member.slot, None)
        self.members.append(member)
        self._changed()

    def _went(self, member: NodeMember) -> None:
        if member in self.members:
            self.members.remove(member)
            self._idle_s = 0.0
