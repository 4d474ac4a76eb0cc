"""What a stage's model calls came to."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from webscale_rl_dagster.inference.protocol import Completion


@dataclass(slots=True)
class Usage:
    """Counters of one stage of one shard; `reused` calls came from the journal and cost nothing."""

    requests: int = 0
    reused: int = 0
    retries: int = 0
    failures: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    engine_seconds: float = 0.0

    def count(self, completion: Completion) -> None:
        self.requests += 1
        self.prompt_tokens += completion.prompt_tokens
        self.cached_tokens += completion.cached_tokens
        self.completion_tokens += completion.completion_tokens
        self.engine_seconds += completion.latency_s

    def as_dict(self) -> dict[str, int | float]:
        return asdict(self)
