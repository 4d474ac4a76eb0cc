"""Several servers of one model: a document stays with one of them, load and failures move it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import math
from collections import deque
from collections.abc import AsyncIterator, Sequence
from time import monotonic

from webscale_rl_dagster.errors import EngineUnavailable, RequestFailed
from webscale_rl_dagster.inference.engines.server import ChatServer, ConnectionLost, ServerError
from webscale_rl_dagster.inference.protocol import Completion, CompletionRequest, ModelIdentity

_ABOVE_MEAN = 1.25
"""A server may hold a quarter more calls than the mean of its peers: bounded-load hashing
(arXiv 1608.01350). Less moves documents away from their cache, more lets one server lag."""

_IDLE_SHARE = 8
"""A server with less than an eighth of its room taken is never too busy for a document."""

_FIRST_CHECK_S = 10.0
_CHECK_EVERY_S, _CHECK_S, _MISSES = 2.0, 4.0, 2
"""A server is down after two checks in a row without an answer: a frozen one within 10 s. One
that is merely busy has 8 s to answer."""

_REST_S, _LONGEST_REST_S = 2.0, 30.0

_log = logging.getLogger(__name__)


class FleetEngine:
    """Behind `Engine`, so that nobody above knows how many servers there are.

    `max_in_flight` is the mean a server, and one of them may hold a quarter more. Were it the most,
    a full fleet could send a call only to whichever server had just become free: of three servers
    with 64 each, 34% of calls then meet their document's cache, and 99.8% so.

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
        self._most = math.ceil(_ABOVE_MEAN * max_in_flight)
        self._slack = max(1, max_in_flight // _IDLE_SHARE)
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._watches: list[asyncio.Task[None]] = []
        self._reaching = asyncio.Lock()

    async def complete(self, request: CompletionRequest) -> Completion:
        if not self._watches:
            await self._reach()
        for _ in self._members:
            async with self._place(request.document_id) as member:
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

    @contextlib.asynccontextmanager
    async def _place(self, document_id: str) -> AsyncIterator[_Member]:
        """Room on the server that the document falls to, waited for if all are full."""
        while (member := self._choose(document_id)) is None:
            await self._wait()
        member.load += 1
        try:
            yield member
        finally:
            member.load -= 1
            self._wake(1)

    def _choose(self, document_id: str) -> _Member | None:
        up = [member for member in self._members if member.up]
        if not up:
            raise RequestFailed(f"no server of the fleet answers: {self._urls}")
        fit = [member for member in up if member.fit] or up
        mean = (sum(member.load for member in fit) + 1) / len(fit)
        most = min(self._most, int(_ABOVE_MEAN * mean) + self._slack)
        open_to_it = [member for member in fit if member.load < most]
        return max(open_to_it, key=lambda member: member.weight(document_id), default=None)

    async def _wait(self) -> None:
        woken = asyncio.get_running_loop().create_future()
        self._waiting.append(woken)
        try:
            await woken
        except asyncio.CancelledError:
            if woken.done() and not woken.cancelled():
                self._wake(1)  # the room that was meant for this call is another's
            raise

    def _wake(self, calls: int) -> None:
        while calls and self._waiting:
            woken = self._waiting.popleft()
            if not woken.done():
                woken.set_result(None)
                calls -= 1

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
            self._wake(len(self._waiting))
            await member.until_next_check()


class _Member:
    """One server and what the fleet thinks of it."""

    def __init__(self, server: ChatServer) -> None:
        self.server = server
        self.up = False
        self.load = 0
        self.suspect = asyncio.Event()
        """A connection broke: nothing more is sent until a check has said what is the matter."""
        self._rests_until = 0.0
        self._failures = 0
        self._under_way: set[asyncio.Timeout] = set()

    @property
    def fit(self) -> bool:
        """Whether it should be sent more, so long as others can take it."""
        return not self.suspect.is_set() and monotonic() >= self._rests_until

    def weight(self, document_id: str) -> bytes:
        """Rendezvous hashing: the same order of servers for a document in every run."""
        name = f"{self.server.base_url} {document_id}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(name, digest_size=8).digest()

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
            self._rest(error.retry_after)
            raise
        finally:
            self._under_way.discard(lease)
        self._failures = 0
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

    def _rest(self, retry_after: float | None) -> None:
        """A server that only fails is fast at it, and must not draw the whole load to itself."""
        now = monotonic()
        if now < self._rests_until:
            return
        self._failures += 1
        rest = _REST_S * 2 ** min(self._failures - 1, 8) if retry_after is None else retry_after
        self._rests_until = now + min(rest, _LONGEST_REST_S)
