"""A notice posted as JSON: `text` for chats that take what Slack's webhooks take, and `notice`.

The address is a secret: it is read from the environment for every notice, and no error quotes it.
"""

from __future__ import annotations

import asyncio
import os
from time import monotonic
from urllib.parse import urlsplit

import aiohttp
import orjson

from webscale_rl_dagster.errors import NoticeDelayed, NoticeRefused
from webscale_rl_dagster.inference.retry_after import seconds_of
from webscale_rl_dagster.notices.bounded import within
from webscale_rl_dagster.notices.message import Notice
from webscale_rl_dagster.notices.plain import inert, one_line

_PAUSES_S = (1.0, 2.0)
"""Before the second attempt and the third."""
_ATTEMPT_S = 5.0
_MOST_S = 12.0
"""Of all attempts together; a longer `Retry-After` is left to the caller."""
_ENDS_S = 15.0
"""Of a delivery, however long its host's name is looked up."""
_LATER = {408, 425, 429}
_ADDRESS = {401, 403, 404, 405, 410}
"""Of the address, not of the notice: Slack answers so once a webhook is revoked or its channel
archived."""


class Webhook:
    """The one whose address is in this environment variable."""

    name = "webhook"

    def __init__(self, variable: str) -> None:
        self.variable = variable

    @property
    def goes_to(self) -> str:
        """For people; without the secret."""
        return f"webhook in ${self.variable}"

    def check(self) -> None:
        """Raises NoticeDelayed if the variable holds no web address; sends nothing."""
        self._address()

    def send(self, notice: Notice) -> None:
        """Tries three times, and ends within 15 s. Raises NoticeDelayed or NoticeRefused."""
        address, body = self._address(), orjson.dumps(_payload(notice))
        within(
            _ENDS_S,
            lambda: asyncio.run(self._send(address, body)),
            f"the webhook in ${self.variable}",
        )

    async def _send(self, address: str, body: bytes) -> None:
        until = monotonic() + _MOST_S
        for pause in (*_PAUSES_S, None):
            try:
                return await self._attempt(address, body)
            except _AddressRefused:
                raise
            except NoticeDelayed as error:
                wait = max(pause or 0.0, error.retry_after or 0.0)
                if pause is None or monotonic() + wait + _ATTEMPT_S > until:
                    raise
            await asyncio.sleep(wait)
        return None

    async def _attempt(self, address: str, body: bytes) -> None:
        headers = {"content-type": "application/json"}
        try:
            async with (
                aiohttp.ClientSession(
                    timeout=aiohttp.ClientTimeout(total=_ATTEMPT_S), trust_env=True
                ) as session,
                session.post(address, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                said = (await answer.content.read(1000)).decode(errors="replace")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # Not chained: its text may hold the address.
            raise NoticeDelayed(
                f"the webhook in ${self.variable} is not reached: {type(error).__name__}"
            ) from None
        _raise_for(answer, one_line(_scrubbed(said, address), 200), self.variable)

    def _address(self) -> str:
        address = os.environ.get(self.variable, "").strip()
        if not _is_web(address):
            held = "holds no http or https address" if address else "is not set"
            raise NoticeDelayed(
                f"the environment variable {self.variable} {held}: it must hold the webhook's "
                "address, where the sensors run"
            )
        return address


class _AddressRefused(NoticeDelayed):
    """Not to be tried again at once."""


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _payload(notice: Notice) -> dict[str, object]:
    return {"text": notice.as_text(inert), "notice": notice.as_json()}


def _scrubbed(said: str, address: str) -> str:
    """Without what a server may echo of the address."""
    parts = urlsplit(address)
    for secret in (address, parts.path.strip("/"), parts.query):
        said = said.replace(secret, "…") if secret else said
    return said


def _raise_for(answer: aiohttp.ClientResponse, said: str, variable: str) -> None:
    status = answer.status
    if status < 300:
        return
    message = f"the webhook in ${variable} answers HTTP {status}: {said}"
    if status < 400:
        raise NoticeDelayed(f"{message}; put the address that it redirects to in the variable")
    if status in _LATER or status >= 500:
        wait = seconds_of(answer.headers.get("retry-after"))
        raise NoticeDelayed(message, retry_after=wait)
    if status in _ADDRESS:
        raise _AddressRefused(
            f"{message}; it takes nothing at this address: put one that it gives out now in the "
            "variable, notices are kept until then"
        )
    raise NoticeRefused(message)
