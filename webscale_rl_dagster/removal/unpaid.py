"""Engines that answer nothing: what the journal does not have stays unanswered."""

from __future__ import annotations

from webscale_rl_dagster.config import Config, EngineConfig
from webscale_rl_dagster.errors import ConfigError, EngineUnavailable, RequestRejected
from webscale_rl_dagster.inference.engines.pool import EnginePool
from webscale_rl_dagster.inference.protocol import Completion, CompletionRequest, Engine
from webscale_rl_dagster.inference.tokens import token_counter


class JournalOnly(EnginePool):
    """Engines with the identities of the real ones, so that the journal's keys are the same."""

    def engine(self, config: EngineConfig) -> Engine:
        """Needs no key; a model's file, whose hash is in the journal's keys, it does."""
        return _Silent(super().engine(config.model_copy(update={"api_key_env": None})))

    def check(self, config: Config) -> None:
        """EngineUnavailable or ConfigError, if a role's identity or its tokenizer is missing."""
        for role in config.roles:
            engine = config.models.for_role(role)
            try:
                self.engine(engine)
                token_counter(engine)("x")
            except (EngineUnavailable, ConfigError) as error:
                raise type(error)(f"models.{role}: {error}") from error


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
