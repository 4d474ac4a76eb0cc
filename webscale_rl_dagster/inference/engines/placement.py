"""Which of several engines a call goes to: its document's, unless that one has too much to do."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import math
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from time import monotonic
from typing import Generic, TypeVar

_ABOVE_MEAN = 1.25
"""A member may hold a quarter more calls than the mean of its peers: bounded-load hashing
(arXiv 1608.01350). Less moves documents away from their cache, more lets one member lag."""

_IDLE_SHARE = 8
"""A member with less than an eighth of its room taken is never too busy for a document."""

_REST_S, _LONGEST_REST_S = 2.0, 30.0


class Member:
    """One of several engines, as far as placing calls goes."""

    def __init__(self, name: str) -> None:
        self.name = name
        """Decides which documents are its own, so it should be the same in every run."""
        self.load = 0
        """Calls under way, kept by `Placement`."""
        self._rests_until = 0.0
        self._failures = 0

    @property
    def fit(self) -> bool:
        """Whether it should be sent more, so long as others can take it."""
        return monotonic() >= self._rests_until

    def succeeded(self) -> None:
        self._failures = 0

    def rest(self, retry_after: float | None) -> None:
        """One that only fails is fast at it, and must not draw the whole load to itself."""
        now = monotonic()
        if now < self._rests_until:
            return
        self._failures += 1
        rest = _REST_S * 2 ** min(self._failures - 1, 8) if retry_after is None else retry_after
        self._rests_until = now + min(rest, _LONGEST_REST_S)

    def weight(self, document_id: str) -> bytes:
        """Rendezvous hashing: the same order of members for a document in every run."""
        name = f"{self.name} {document_id}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(name, digest_size=8).digest()


M = TypeVar("M", bound=Member)


class Placement(Generic[M]):
    """Room on the members that are up.

    `max_in_flight` is the mean a member, and one of them may hold a quarter more. Were it the most,
    a full house could send a call only to whichever member had just become free: of three servers
    with 64 each, 34% of calls then meet their document's cache, and 99.8% so.

    `up` gives the members that serve now. When there are none, calls wait until `wake_all`; what it
    raises, every waiting call raises.
    """

    def __init__(self, max_in_flight: int, up: Callable[[], Sequence[M]]) -> None:
        self._up = up
        self._most = math.ceil(_ABOVE_MEAN * max_in_flight)
        self._slack = max(1, max_in_flight // _IDLE_SHARE)
        self._waiting: deque[asyncio.Future[None]] = deque()

    @contextlib.asynccontextmanager
    async def place(self, document_id: str) -> AsyncIterator[M]:
        """Room on the member that the document falls to, waited for if all are full."""
        while (member := self._choose(document_id)) is None:
            await self._wait()
        member.load += 1
        try:
            yield member
        finally:
            member.load -= 1
            self._wake(1)

    def wake_all(self) -> None:
        """Members came, went, or may take more: whoever waits looks again."""
        self._wake(len(self._waiting))

    def _choose(self, document_id: str) -> M | None:
        up = self._up()
        if not up:
            return None
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
