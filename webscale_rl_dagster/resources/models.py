"""Role -> engine, as a Dagster resource; one engine of a kind serves a whole run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

import dagster as dg
from pydantic import PrivateAttr

from webscale_rl_dagster.config import Config, EngineConfig, Role
from webscale_rl_dagster.inference.dispatch import Dispatcher, Policy
from webscale_rl_dagster.inference.engines import open_engine
from webscale_rl_dagster.inference.journal import Journal, JournalPlace
from webscale_rl_dagster.inference.progress import Progress
from webscale_rl_dagster.inference.protocol import Engine
from webscale_rl_dagster.inference.usage import Usage
from webscale_rl_dagster.storage.objects import Objects

R = TypeVar("R")


class ModelsResource(dg.ConfigurableResource["ModelsResource"]):
    """Opens an engine when a role first asks, so a run that asks nothing loads nothing."""

    roles: dict[str, dict[str, Any]]
    """Per role, the fields of its `EngineConfig`."""

    _engines: dict[EngineConfig, Engine] = PrivateAttr(default_factory=dict)
    _loop: asyncio.Runner = PrivateAttr(default_factory=asyncio.Runner)

    @classmethod
    def of(cls, config: Config) -> ModelsResource:
        roles: tuple[Role, ...] = ("filter", "classifier", "generator", "checker")
        return cls(
            roles={
                role: config.models.for_role(role).model_dump(exclude_none=True) for role in roles
            }
        )

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[ModelsResource]:
        """Closed on success, failure and interrupt alike."""
        self._engines, self._loop = {}, asyncio.Runner()
        try:
            yield self
        finally:
            for engine in self._engines.values():
                self._loop.run(engine.aclose())
            self._loop.close()

    def run(
        self,
        role: Role,
        place: JournalPlace,
        *,
        objects: Objects,
        progress: Progress,
        rows: int,
        work: Callable[[Dispatcher], Awaitable[R]],
    ) -> tuple[R, Usage]:
        """Do one stage's work with its role's engine and journal; the journal is merged after."""

        async def session() -> tuple[R, Usage]:
            async with self._dispatcher(role, place, objects, progress) as dispatcher:
                progress.started(place.stage, place.shard, rows)
                result = await work(dispatcher)
                progress.finished(dispatcher.usage)
                return result, dispatcher.usage

        return self._loop.run(session())

    @asynccontextmanager
    async def _dispatcher(
        self, role: Role, place: JournalPlace, objects: Objects, progress: Progress
    ) -> AsyncIterator[Dispatcher]:
        config = EngineConfig.model_validate(self.roles[role])
        if config not in self._engines:
            self._engines[config] = open_engine(config)
        policy = Policy(config.request_deadline_s, config.attempts, config.max_failed_share)
        async with Journal(objects, place) as journal:
            yield Dispatcher(self._engines[config], journal, policy, progress)
        await asyncio.to_thread(journal.compact)
