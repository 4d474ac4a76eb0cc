"""Any OpenAI-compatible chat server: vLLM, a provider, llama-server."""

from __future__ import annotations

import asyncio

from webscale_rl_dagster.errors import EngineUnavailable
from webscale_rl_dagster.inference.engines.server import ChatServer, ConnectionLost, ServerError
from webscale_rl_dagster.inference.protocol import Completion, CompletionRequest, ModelIdentity

_FIRST_ANSWER_S = 10.0


class OpenAIEngine:
    """One server, one connection pool."""

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
        self._server = ChatServer(base_url, model, api_key_env=api_key_env)
        self._reached = False
        self._reaching = asyncio.Lock()

    async def complete(self, request: CompletionRequest) -> Completion:
        if not self._reached:
            await self.reach()
        return await self._server.complete(request)

    async def aclose(self) -> None:
        await self._server.aclose()

    async def reach(self) -> None:
        """A server that is not there, or refuses the key, is one clear error, not a thousand."""
        async with self._reaching:
            if self._reached:
                return
            try:
                await self._server.check(timeout_s=_FIRST_ANSWER_S)
            except ConnectionLost as error:
                raise EngineUnavailable(
                    f"no server answers at {self._server.base_url} ({error}): start it, or "
                    "correct base_url in pipeline.yaml"
                ) from error
            except ServerError:
                pass  # it is there, and its answers to requests will tell the rest
            self._reached = True
