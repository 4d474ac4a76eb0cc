"""Engines that answer nothing: what the journal does not have stays unanswered."""

from __future__ import annotations

from webscale_rl_dagster.config import EngineConfig
from webscale_rl_dagster.errors import RequestRejected
from webscale_rl_dagster.inference.engines.pool import EnginePool
from webscale_rl_dagster.inference.protocol import Completion, CompletionRequest, Engine


class JournalOnly(EnginePool):
    """Engines with the identities of the real ones, so that the journal's keys are the same."""

    def engine(self, config: EngineConfig) -> Engine:
        return _Silent(super().engine(config))


class _Silent:
    def __init__(self, engine: Engine) -> None:
        self.identity = engine.identity
        self.in_flight = engine.in_flight

    async def complete(self, request: CompletionRequest) -> Completion:
        raise RequestRejected(
            "the journal has no such call, and a removal pays for none: prompts or models were "
            "changed since the shard was made, `webscale-rl run --shard KEY` asks them"
        )

    async def aclose(self) -> None:
        """The pool closes the real one."""
