"""Several servers of one model: a document stays with one of them, load and failures move it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence

from webscale_rl_dagster.errors import EngineUnavailable, RequestFailed
from webscale_rl_dagster.inference.engines.placement import Member, Placement
from webscale_rl_dagster.inference.engines.server import ChatServer, ConnectionLost, ServerError
from webscale_rl_dagster.inference.protocol import Completion, CompletionRequest, ModelIdentity

_FIRST_CHECK_S = 10.0
_CHECK_EVERY_S, _CHECK_S, _MISSES = 2.0, 4.0, 2
"""A server is down after two checks in a row without an answer: a frozen one within 10 s. One
that is merely busy has 8 s to answer."""

_log = logging.getLogger(__name__)


class FleetEngine:
    """Behind `Engine`, so that nobody above knows how many servers there are.

    `max_in_flight` is the mean a server, see `Placement`.

    Requests under way on a server that goes down are sent to others within the same `complete`.
    """

    def __init__(
        self,
        base_urls: Sequence[str],
        model: str,
        *,
        api_key_env: str | None = None,
        max_in_flight: int = 64,
    ) -> None:
        self.identity = ModelIdentity(model, "", "fleet", "")
        self.in_flight = max_in_flight * len(base_urls)
        self._members = [
            _Member(ChatServer(url, model, api_key_env=api_key_env)) for url in base_urls
        ]
        self._placement = Placement(max_in_flight, self._up)
        self._watches: list[asyncio.Task[None]] = []
        self._reaching = asyncio.Lock()

    async def complete(self, request: CompletionRequest) -> Completion:
        if not self._watches:
            await self._reach()
        for _ in self._members:
            async with self._placement.place(request.document_id) as member:
                with contextlib.suppress(ConnectionLost):
                    return await member.complete(request)
        raise RequestFailed(f"every server that was asked went away: {self._urls}")

    async def aclose(self) -> None:
        for watch in self._watches:
            watch.cancel()
        await asyncio.gather(*self._watches, return_exceptions=True)
        self._watches = []
        for member in self._members:
            await member.server.aclose()

    @property
    def _urls(self) -> str:
        return ", ".join(member.server.base_url for member in self._members)

    async def _reach(self) -> None:
        """A fleet of which no server answers is one clear error; one that is missing, a warning."""
        async with self._reaching:
            if self._watches:
                return
            found = await asyncio.gather(*(m.check(_FIRST_CHECK_S) for m in self._members))
            for member, error in zip(self._members, found, strict=True):
                if isinstance(error, EngineUnavailable):
                    raise error
                member.up = error is None
                if error is not None:
                    _log.warning("%s does not answer (%s)", member.server.base_url, error)
            if not any(member.up for member in self._members):
                raise EngineUnavailable(
                    f"no server of the fleet answers: {self._urls}; start them, or correct "
                    "base_urls in pipeline.yaml"
                )
            self._watches = [asyncio.create_task(self._watch(member)) for member in self._members]

    def _up(self) -> list[_Member]:
        up = [member for member in self._members if member.up]
        if not up:
            raise RequestFailed(f"no server of the fleet answers: {self._urls}")
        return up

    async def _watch(self, member: _Member) -> None:
        """A refused key or a redirect is an answer: requests will meet it and say so."""
        misses = 0
        while True:
            error = await member.check(_CHECK_S)
            misses = misses + 1 if isinstance(error, RequestFailed) else 0
            if 0 < misses < _MISSES:
                continue
            if member.up != (misses == 0):
                said = f"went down ({error})" if misses else "is back"
                _log.warning("%s %s", member.server.base_url, said)
            member.judged(up=misses == 0)
            self._placement.wake_all()
            await member.until_next_check()


class _Member(Member):
    """One server and what the fleet thinks of it."""

    def __init__(self, server: ChatServer) -> None:
        super().__init__(server.base_url)
        self.server = server
        self.up = False
        self.suspect = asyncio.Event()
        """A connection broke: nothing more is sent until a check has said what is the matter."""
        self._under_way: set[asyncio.Timeout] = set()

    @property
    def fit(self) -> bool:
        """Whether it should be sent more, so long as others can take it."""
        return not self.suspect.is_set() and super().fit

    async def complete(self, request: CompletionRequest) -> Completion:
        """ConnectionLost too if the server goes down meanwhile, however silently."""
        lease = asyncio.timeout(None)
        try:
            async with lease:
                self._under_way.add(lease)
                completion = await self.server.complete(request)
        except TimeoutError as error:
            if not lease.expired():
                raise
            raise ConnectionLost(f"{self.server.base_url} went down") from error
        except ConnectionLost:
            self.suspect.set()
            raise
        except ServerError as error:
            self.rest(error.retry_after)
            raise
        finally:
            self._under_way.discard(lease)
        self.succeeded()
        return completion

    async def check(self, timeout_s: float) -> RequestFailed | EngineUnavailable | None:
        """None if the server answers well, else what is wrong."""
        try:
            await self.server.check(timeout_s=timeout_s)
        except (RequestFailed, EngineUnavailable) as error:
            return error
        return None

    def judged(self, *, up: bool) -> None:
        """What a check found; calls under way on a server that is down are taken back."""
        self.up = up
        self.suspect.clear()
        if not up:
            leases, self._under_way = self._under_way, set()
            for lease in leases:
                lease.reschedule(0)

    async def until_next_check(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CHECK_EVERY_S):
                await self.suspect.wait()
