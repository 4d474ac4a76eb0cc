"""One OpenAI-compatible chat server: how it is asked, and how its answers and refusals are read."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from time import perf_counter
from typing import Any

import aiohttp
import orjson

from webscale_rl_dagster.errors import EngineUnavailable, RequestFailed, RequestRejected
from webscale_rl_dagster.inference.protocol import Completion, CompletionRequest
from webscale_rl_dagster.inference.retry_after import seconds_of

_RETRYABLE = {408, 409, 425, 429}
_CONNECT_S = 30.0

_log = logging.getLogger(__name__)


class ConnectionLost(RequestFailed):
    """No answer at all: no connection, or one that broke before the answer was whole."""


class ServerError(RequestFailed):
    """The server answered that it cannot serve now: 429, 5xx and their like."""


class ChatServer:
    """One base URL and its connections.

    The key is read from the environment at start and kept nowhere else. Redirects are never
    followed: a POST loses its body on the way, and the key is for this server only.
    """

    def __init__(self, base_url: str, model: str, *, api_key_env: str | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        self._model = model
        self._headers = {"content-type": "application/json", **_authorization(api_key_env)}
        self._strict = True
        self._closed = False
        self._session: aiohttp.ClientSession | None = None

    async def complete(self, request: CompletionRequest) -> Completion:
        """Raises as `Engine.complete` does, with ConnectionLost and ServerError told apart."""
        started = perf_counter()
        strict = self._strict and request.schema is not None
        response, body = await self._post(request, strict=strict)
        if strict and response.status == 400 and _names_the_schema(body):
            self._loosen(body)
            response, body = await self._post(request, strict=False)
        _raise_for(response, body)
        return _read(body, perf_counter() - started)

    async def check(self, *, timeout_s: float) -> None:
        """Ask for the models: an answer shows that the server lives and takes the key.

        Raises ConnectionLost, ServerError, or EngineUnavailable when the key is refused.
        """
        url, wait = f"{self.base_url}/models", aiohttp.ClientTimeout(total=timeout_s)
        try:
            async with self._connections().get(url, timeout=wait, allow_redirects=False) as answer:
                body = await answer.read()
        except TimeoutError as error:
            raise ConnectionLost(f"no answer within {timeout_s:g} s") from error
        except aiohttp.ClientError as error:
            raise ConnectionLost(f"{type(error).__name__}: {error}") from error
        if answer.status in (401, 403):
            raise EngineUnavailable(
                f"{self.base_url} refuses the key (HTTP {answer.status}): check the variable that "
                "api_key_env names"
            )
        if 300 <= answer.status < 400 or answer.status >= 500:
            _raise_for(answer, body)

    async def aclose(self) -> None:
        self._closed = True
        if self._session is not None:
            await self._session.close()

    async def _post(
        self, request: CompletionRequest, *, strict: bool
    ) -> tuple[aiohttp.ClientResponse, bytes]:
        url = f"{self.base_url}/chat/completions"
        data = orjson.dumps(self._body(request, strict=strict))
        try:
            async with self._connections().post(url, data=data, allow_redirects=False) as response:
                return response, await response.read()
        except aiohttp.ClientError as error:
            raise ConnectionLost(f"{self.base_url}: {type(error).__name__}: {error}") from error

    def _connections(self) -> aiohttp.ClientSession:
        if self._closed:
            raise EngineUnavailable(f"the connections to {self.base_url} were closed")
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers=self._headers,
                connector=aiohttp.TCPConnector(limit=0),  # the dispatcher bounds what is under way
                # and how long an attempt may take
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_S),
            )
        return self._session

    def _body(self, request: CompletionRequest, *, strict: bool) -> dict[str, Any]:
        sampling = request.sampling
        body: dict[str, Any] = {
            "model": self._model,
            "messages": request.messages,
            "max_tokens": sampling.max_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "seed": sampling.seed,
        }
        if sampling.stop:
            body["stop"] = sampling.stop
        if request.schema is not None:
            schema = {"name": request.role, "strict": strict, "schema": request.schema}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        return body

    def _loosen(self, body: bytes) -> None:
        """Strict mode of some providers knows only part of JSON Schema, no minLength for one.

        Without it the model is still shown the whole schema, and whoever parses its answer checks.
        """
        if self._strict:
            self._strict = False
            said = body[:300].decode(errors="replace")
            _log.warning("%s refuses the schema in strict mode: %s", self.base_url, said)


def _authorization(api_key_env: str | None) -> dict[str, str]:
    if api_key_env is None:
        return {}
    if api_key_env not in os.environ:
        raise EngineUnavailable(
            f"the environment variable {api_key_env} (api_key_env in pipeline.yaml) is not set"
        )
    return {"authorization": f"Bearer {os.environ[api_key_env]}"}


def _names_the_schema(body: bytes) -> bool:
    return b"schema" in body or b"response_format" in body


def _raise_for(response: aiohttp.ClientResponse, body: bytes) -> None:
    status = response.status
    if status < 300:
        return
    said = f"HTTP {status}: {body[:300].decode(errors='replace')}"
    if status < 400:
        raise EngineUnavailable(
            f"{response.url} redirects to {response.headers.get('location')}: "
            "put the address that it leads to in pipeline.yaml"
        )
    # A 403 is about this request: providers answer so to what their moderation refuses.
    if status == 401:
        raise EngineUnavailable(f"{response.url} refuses the key; {said}")
    if status in _RETRYABLE or status >= 500:
        raise ServerError(said, retry_after=seconds_of(response.headers.get("retry-after")))
    raise RequestRejected(said)


def _read(body: bytes, latency_s: float) -> Completion:
    try:
        answer = orjson.loads(body)
        choice = answer["choices"][0]
        text, finish_reason = _said(choice)
        usage = answer.get("usage") or {}
        details = usage.get("prompt_tokens_details") or {}
        return Completion(
            text=text,
            finish_reason=finish_reason,
            prompt_tokens=int(usage.get("prompt_tokens") or 0),
            completion_tokens=int(usage.get("completion_tokens") or 0),
            cached_tokens=int(details.get("cached_tokens") or 0),
            latency_s=latency_s,
        )
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        said = body[:300].decode(errors="replace")
        raise RequestFailed(
            f"the server's answer is not a chat completion ({error!r}): {said}"
        ) from error


def _said(choice: Mapping[str, Any]) -> tuple[str, str]:
    """The text and why it ended; a refusal stands in a field of its own, beside no text."""
    message = choice["message"]
    text, refusal = message.get("content"), message.get("refusal")
    if not text and refusal:
        return str(refusal), "refusal"
    if text is not None and not isinstance(text, str):
        raise TypeError(f"the message's content is a {type(text).__name__}")
    return text or "", str(choice.get("finish_reason") or "")
