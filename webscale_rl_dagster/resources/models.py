"""Role -> engine, as a Dagster resource; one engine of a kind serves a whole run."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from time import perf_counter, thread_time
from typing import Any, get_args

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
Dispatchers = Mapping[Role, Dispatcher]


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
                role: config.models.for_role(role).model_dump(exclude_none=True)
                for role in get_args(Role)
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
        *roles: Role,
        place: JournalPlace,
        objects: Objects,
        progress: Progress,
        rows: int,
        work: Callable[[Dispatchers], AsyncIterator[Row]],
        write: Callable[[Row], None],
    ) -> Usage:
        """Do one stage's work with its roles' engines and its journal, writing rows as they come.

        The first role's deadline is the stage's. Raises StageDeadlinePassed, TooManyFailures,
        EngineUnavailable or StorageError; all that was completed by then is in the journal.
        """
        configs = {role: EngineConfig.model_validate(self.roles[role]) for role in roles}

        async def session() -> Usage:
            async with self._dispatchers(configs, place, objects, progress) as (found, usage):
                progress.started(place.stage, place.shard, rows)
                async with _deadline(configs[roles[0]], place):
                    async for row in work(found):
                        write(row)
            progress.finished(usage)
            return usage

        return self.engines.run(session())

    @asynccontextmanager
    async def _dispatchers(
        self,
        configs: Mapping[Role, EngineConfig],
        place: JournalPlace,
        objects: Objects,
        progress: Progress,
    ) -> AsyncIterator[tuple[Dispatchers, Usage]]:
        """One for all roles of the same configuration, so that they share its slots.

        The usage is of all of them, recorded however the stage ends; the journal is merged when it
        is done.
        """
        usage = Usage()
        started, own = perf_counter(), thread_time()
        async with Journal(objects, place) as journal:
            found: dict[Role, Dispatcher] = {}
            for role, config in configs.items():
                twin = next((other for other in found if configs[other] == config), None)
                found[role] = (
                    found[twin] if twin else self._dispatcher(config, journal, progress, usage)
                )
            try:
                yield found, usage
            finally:
                for dispatcher in found.values():
                    await dispatcher.aclose()
                usage.elapsed_seconds = perf_counter() - started
                usage.own_seconds = thread_time() - own
                record_usage(objects, place, usage)
        await asyncio.to_thread(journal.compact)

    def _dispatcher(
        self, config: EngineConfig, journal: Journal, progress: Progress, usage: Usage
    ) -> Dispatcher:
        engine = self.engines.engine(config)
        policy = Policy(config.request_deadline_s, config.attempts, config.max_failed_share)
        price = self._prices.get(engine.identity.model)
        return Dispatcher(engine, journal, policy, progress, price=price, usage=usage)


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
