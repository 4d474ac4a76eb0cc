"""Role -> engine, as a Dagster resource; one engine of a kind serves a whole run."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from time import perf_counter, thread_time
from typing import Any

import dagster as dg
from pydantic import PrivateAttr

from webscale_rl_dagster.config import Config, EngineConfig, Price, Role
from webscale_rl_dagster.errors import StageDeadlinePassed
from webscale_rl_dagster.inference.dispatch import Dispatcher, Policy
from webscale_rl_dagster.inference.engines.pool import EnginePool
from webscale_rl_dagster.inference.journal import Journal, JournalPlace
from webscale_rl_dagster.inference.progress import Progress
from webscale_rl_dagster.inference.usage import Usage
from webscale_rl_dagster.lineage.accounting import record_usage
from webscale_rl_dagster.storage.objects import Objects

Row = dict[str, Any]
ROLES: tuple[Role, ...] = ("filter", "classifier", "generator", "checker")


class ModelsResource(dg.ConfigurableResource["ModelsResource"]):
    """Opens an engine when a role first asks, so a run that asks nothing loads nothing."""

    roles: dict[str, dict[str, Any]]
    """Per role, the fields of its `EngineConfig`."""
    prices: dict[str, dict[str, Any]]
    """Per model, the fields of its `Price`."""
    engines: dg.ResourceDependency[EnginePool]

    _prices: dict[str, Price] = PrivateAttr(default_factory=dict)

    @classmethod
    def of(cls, config: Config, engines: EnginePool) -> "ModelsResource":
        return cls(
            roles={
                role: config.models.for_role(role).model_dump(exclude_none=True) for role in ROLES
            },
            prices={
                model: price.model_dump(exclude_none=True) for model, price in config.prices.items()
            },
            engines=engines,
        )

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["ModelsResource"]:
        """Released on success, failure and interrupt alike."""
        self._prices = {name: Price.model_validate(price) for name, price in self.prices.items()}
        try:
            yield self
        finally:
            self.engines.release()

    def run(
        self,
        role: Role,
        place: JournalPlace,
        *,
        objects: Objects,
        progress: Progress,
        rows: int,
        work: Callable[[Dispatcher], AsyncIterator[Row]],
        write: Callable[[Row], None],
    ) -> Usage:
        """Do one stage's work with its role's engine and journal, writing rows as they come.

        Raises StageDeadlinePassed, TooManyFailures, EngineUnavailable or StorageError; all that
        was completed by then is in the journal.
        """
        config = EngineConfig.model_validate(self.roles[role])

        async def session() -> Usage:
            async with self._dispatcher(config, place, objects, progress) as dispatcher:
                progress.started(place.stage, place.shard, rows)
                async with _deadline(config, place):
                    async for row in work(dispatcher):
                        write(row)
            progress.finished(dispatcher.usage)
            return dispatcher.usage

        return self.engines.run(session())

    @asynccontextmanager
    async def _dispatcher(
        self, config: EngineConfig, place: JournalPlace, objects: Objects, progress: Progress
    ) -> AsyncIterator[Dispatcher]:
        """Its usage is recorded however the stage ends; its journal is merged when it is done."""
        engine = self.engines.engine(config)
        policy = Policy(config.request_deadline_s, config.attempts, config.max_failed_share)
        price = self._prices.get(engine.identity.model)
        started, own = perf_counter(), thread_time()
        async with Journal(objects, place) as journal:
            dispatcher = Dispatcher(engine, journal, policy, progress, price=price)
            try:
                yield dispatcher
            finally:
                await dispatcher.aclose()
                dispatcher.usage.elapsed_seconds = perf_counter() - started
                dispatcher.usage.own_seconds = thread_time() - own
                record_usage(objects, place, dispatcher.usage)
        await asyncio.to_thread(journal.compact)


@asynccontextmanager
async def _deadline(config: EngineConfig, place: JournalPlace) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(config.stage_deadline_s) as deadline:
            yield
    except TimeoutError:
        if not deadline.expired():
            raise
        raise StageDeadlinePassed(
            f"{place.stage} of {place.shard} took longer than {config.stage_deadline_s:g} s: raise "
            "stage_deadline_s or make the engine faster, and run the shard again; finished calls "
            "are in the journal"
        ) from None
