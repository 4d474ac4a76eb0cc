"""What every engine speaks: one request in, one completion out, many in flight."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from webscale_rl_dagster.config import Role
from webscale_rl_dagster.identity import sha256_json


@dataclass(frozen=True, slots=True)
class Sampling:
    """Decoding parameters; all of them are part of a request's key."""

    max_tokens: int
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TemplateRef:
    """Which prompt made a request: file name, declared version and the sha256 of its text."""

    name: str
    version: str
    sha: str


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Who answers. `model` and `revision` are part of every request's key, the engine is not."""

    model: str
    revision: str
    engine: str
    engine_version: str


@dataclass(frozen=True)
class CompletionRequest:
    """One model call: what is asked (`messages`, `schema`, `sampling`) and on whose behalf."""

    messages: tuple[Mapping[str, str], ...]
    """Chat messages, `{"role": ..., "content": ...}`, the document first for the prefix cache."""
    sampling: Sampling
    template: TemplateRef
    role: Role
    document_id: str
    schema: Mapping[str, Any] | None = None
    """JSON schema the completion must satisfy; None asks for free text."""
    qa_id: str | None = None

    def key(self, model: ModelIdentity) -> str:
        """The content of the request: what would make the model answer differently."""
        return sha256_json(
            [
                [model.model, model.revision],
                [self.template.name, self.template.version, self.template.sha],
                [dict(message) for message in self.messages],
                self.schema,
                self._sampling_parts,
            ]
        )

    @functools.cached_property
    def _sampling_parts(self) -> list[Any]:
        sampling = self.sampling
        return [
            sampling.max_tokens,
            sampling.temperature,
            sampling.top_p,
            sampling.seed,
            list(sampling.stop),
        ]


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's answer as it came, before anyone parses it."""

    text: str
    finish_reason: str
    """`stop`, `length` (cut at max_tokens) or what the server says."""
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    """How many of `prompt_tokens` the engine found in its prefix cache."""
    latency_s: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Failed:
    """A request that failed to the end: a row says so, the shard goes on."""

    error: str


Ask = Callable[[CompletionRequest], Awaitable[Completion | Failed]]
"""How a stage asks a model; the dispatcher behind it bounds, retries and records."""


class Engine(Protocol):
    """An engine batches by itself; callers keep up to `in_flight` requests under way."""

    @property
    def identity(self) -> ModelIdentity:
        """Model and revision never change; the engine's version may be known later than they."""
        ...

    @property
    def in_flight(self) -> int:
        """Requests it can work on at once; may change as machines come and go."""
        ...

    async def complete(self, request: CompletionRequest) -> Completion:
        """Answer one request.

        Raises RequestFailed for what a retry may mend, RequestRejected for what it will not,
        EngineUnavailable if the engine cannot work at all.
        """
        ...

    async def aclose(self) -> None:
        """Let go of the model, its threads and its sockets."""
        ...
