"""Sends requests to an engine: a bounded window, deadlines, retries, and the journal first."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from webscale_rl_dagster.config import Price
from webscale_rl_dagster.errors import RequestFailed, RequestRejected, TooManyFailures
from webscale_rl_dagster.inference.journal import Journal
from webscale_rl_dagster.inference.progress import Progress
from webscale_rl_dagster.inference.protocol import (
    Completion,
    CompletionRequest,
    Engine,
    Failed,
)
from webscale_rl_dagster.inference.slots import Slots
from webscale_rl_dagster.inference.usage import Usage

T = TypeVar("T")
R = TypeVar("R")

_TOLERATED = 10
"""Failures that never stop a stage, however few requests it has made."""

_AHEAD = 4
"""Items begun per request that may be under way; the slots bound the requests themselves."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How patient a dispatcher is."""

    request_deadline_s: float = 300.0
    attempts: int = 5
    max_failed_share: float = 0.2
    backoff_s: float = 1.0
    longest_backoff_s: float = 60.0


class Dispatcher:
    """All model calls of one stage of one shard go through one of these."""

    def __init__(
        self,
        engine: Engine,
        journal: Journal,
        policy: Policy,
        progress: Progress,
        *,
        price: Price | None = None,
        usage: Usage | None = None,
    ) -> None:
        self.engine = engine
        self.usage = Usage() if usage is None else usage
        self.progress = progress
        self._journal = journal
        self._policy = policy
        self._price = price
        self._slots = Slots(lambda: engine.in_flight)
        self._under_way: dict[str, asyncio.Future[Completion | Failed]] = {}
        self._begun: set[asyncio.Future[Any]] = set()

    async def aclose(self) -> None:
        """Cancel whatever work was begun and nobody waits for any more."""
        for task in self._begun:
            task.cancel()
        await asyncio.gather(*self._begun, return_exceptions=True)

    async def complete(self, request: CompletionRequest) -> Completion | Failed:
        """The journal's completion if there is one, else the engine's, recorded before return.

        A request that fails to the end is returned as Failed, so that the shard goes on. Raises
        EngineUnavailable and TooManyFailures, which stop it.
        """
        key = request.key(self.engine.identity)
        known = self._journal.get(key)
        if known is not None:
            self.usage.reused += 1
            self.progress.advanced(self.usage)
            return known
        if key in self._under_way:
            return await asyncio.shield(self._under_way[key])
        call = asyncio.ensure_future(self._call(key, request))
        self._under_way[key] = call
        try:
            return await call
        finally:
            del self._under_way[key]
            self.progress.advanced(self.usage)

    async def in_order(
        self, work: Callable[[T], Awaitable[R]], items: Iterable[T]
    ) -> AsyncIterator[R]:
        """Results in the order of `items`, begun ahead so that a slow one does not idle the engine.

        An engine that serves one at a time gets them one by one: its prefix cache wants all calls
        of a document together.
        """
        under_way: deque[asyncio.Future[R]] = deque()
        for item in items:
            under_way.append(self._begin(work(item)))
            await asyncio.sleep(0)  # it sets out before the next item is prepared
            most = self.engine.in_flight
            while len(under_way) >= (_AHEAD * most if most > 1 else 1):
                yield await under_way.popleft()
                self.progress.advanced(self.usage, rows=1)
        while under_way:
            yield await under_way.popleft()
            self.progress.advanced(self.usage, rows=1)

    def _begin(self, work: Awaitable[R]) -> asyncio.Future[R]:
        task = asyncio.ensure_future(work)
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)
        return task

    async def _call(self, key: str, request: CompletionRequest) -> Completion | Failed:
        error = ""
        for attempt in range(1, self._policy.attempts + 1):
            try:
                async with self._slots:
                    async with asyncio.timeout(self._policy.request_deadline_s):
                        completion = await self.engine.complete(request)
                    # The slot is kept until then, so that a crash costs no more than the window.
                    await self._journal.record(
                        key, request, completion, model=self.engine.identity, attempt=attempt
                    )
            except RequestRejected as rejected:
                return self._failed(str(rejected))
            except TimeoutError:
                error = f"no answer within {self._policy.request_deadline_s:g} s"
                await self._pause(attempt, None)
            except RequestFailed as failed:
                error = str(failed)
                await self._pause(attempt, failed.retry_after)
            else:
                self.usage.count(completion, self._price)
                return completion
        return self._failed(f"{error} (after {self._policy.attempts} attempts)")

    async def _pause(self, attempt: int, retry_after: float | None) -> None:
        if attempt == self._policy.attempts:
            return
        self.usage.retries += 1
        longest = self._policy.longest_backoff_s
        if retry_after is not None:
            await asyncio.sleep(min(retry_after, longest))
            return
        await asyncio.sleep(
            min(self._policy.backoff_s * 2 ** (attempt - 1), longest) * random.uniform(0.5, 1.0)
        )

    def _failed(self, error: str) -> Failed:
        self.usage.failures += 1
        finished = self.usage.requests + self.usage.failures
        limit = max(_TOLERATED, self._policy.max_failed_share * finished)
        if self.usage.failures > limit:
            raise TooManyFailures(
                f"{self.usage.failures} of {finished} requests failed; the last: {error}. "
                "Mend the engine and run the shard again: finished calls are in the journal"
            )
        return Failed(error)
