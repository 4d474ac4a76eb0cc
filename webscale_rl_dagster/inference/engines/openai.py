"""Any OpenAI-compatible chat server: a vLLM fleet, a provider, llama-server."""

from __future__ import annotations

import os
from time import perf_counter
from typing import Any

import aiohttp
import orjson

from webscale_rl_dagster.errors import EngineUnavailable, RequestFailed, RequestRejected
from webscale_rl_dagster.inference.protocol import Completion, CompletionRequest, ModelIdentity

_RETRYABLE = {408, 409, 425, 429}


class OpenAIEngine:
    """One server, one connection pool.

    The key is read from the environment at start and kept nowhere else.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        api_key_env: str | None = None,
        max_in_flight: int = 64,
    ) -> None:
        self.identity = ModelIdentity(model, "", "openai", "")
        self.in_flight = max_in_flight
        self._base_url = base_url.rstrip("/")
        self._headers = _headers(api_key_env)
        self._session: aiohttp.ClientSession | None = None

    async def complete(self, request: CompletionRequest) -> Completion:
        session = self._session or await self._reach()
        started = perf_counter()
        url = f"{self._base_url}/chat/completions"
        try:
            async with session.post(url, data=orjson.dumps(self._body(request))) as response:
                body = await response.read()
        except aiohttp.ClientError as error:
            raise RequestFailed(f"{type(error).__name__}: {error}") from error
        _raise_for(response, body)
        return _read(body, perf_counter() - started)

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _reach(self) -> aiohttp.ClientSession:
        """A server that is not there, or refuses the key, is one clear error, not a thousand."""
        session = self._session = aiohttp.ClientSession(
            headers={"content-type": "application/json", **self._headers},
            connector=aiohttp.TCPConnector(limit=0),  # the dispatcher bounds what is under way
            timeout=aiohttp.ClientTimeout(total=None),  # and how long an attempt may take
        )
        wait = aiohttp.ClientTimeout(total=10)
        try:
            async with session.get(f"{self._base_url}/models", timeout=wait) as response:
                status = response.status
        except (aiohttp.ClientError, TimeoutError) as error:
            await session.close()
            self._session = None
            raise EngineUnavailable(
                f"no server answers at {self._base_url} ({type(error).__name__}): start it, or "
                "correct base_url in pipeline.yaml"
            ) from error
        if status in (401, 403):
            raise EngineUnavailable(
                f"{self._base_url} refuses the key (HTTP {status}): check the variable that "
                "api_key_env names"
            )
        return session

    def _body(self, request: CompletionRequest) -> dict[str, Any]:
        sampling = request.sampling
        body: dict[str, Any] = {
            "model": self.identity.model,
            "messages": request.messages,
            "max_tokens": sampling.max_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "seed": sampling.seed,
        }
        if sampling.stop:
            body["stop"] = sampling.stop
        if request.schema is not None:
            schema = {"name": request.role, "strict": True, "schema": request.schema}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        return body


def _headers(api_key_env: str | None) -> dict[str, str]:
    if api_key_env is None:
        return {}
    if api_key_env not in os.environ:
        raise EngineUnavailable(
            f"the environment variable {api_key_env} (api_key_env in pipeline.yaml) is not set"
        )
    return {"authorization": f"Bearer {os.environ[api_key_env]}"}


def _raise_for(response: aiohttp.ClientResponse, body: bytes) -> None:
    status = response.status
    if status < 400:
        return
    said = f"HTTP {status}: {body[:300].decode(errors='replace')}"
    if status == 401:
        raise EngineUnavailable(f"the server refuses the key; {said}")
    if status in _RETRYABLE or status >= 500:
        raise RequestFailed(said, retry_after=_seconds(response.headers.get("retry-after")))
    raise RequestRejected(said)


def _seconds(retry_after: str | None) -> float | None:
    try:
        return float(retry_after) if retry_after else None
    except ValueError:
        return None  # the HTTP-date form: our own backoff serves


def _read(body: bytes, latency_s: float) -> Completion:
    try:
        answer = orjson.loads(body)
        choice = answer["choices"][0]
        usage = answer.get("usage") or {}
        details = usage.get("prompt_tokens_details") or {}
        return Completion(
            text=choice["message"]["content"] or "",
            finish_reason=choice.get("finish_reason") or "",
            prompt_tokens=usage.get("prompt_tokens") or 0,
            completion_tokens=usage.get("completion_tokens") or 0,
            cached_tokens=details.get("cached_tokens") or 0,
            latency_s=latency_s,
        )
    except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError) as error:
        raise RequestFailed(f"the server's answer is not a chat completion: {error!r}") from error
