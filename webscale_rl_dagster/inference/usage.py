"""What a stage's model calls came to: tokens, seconds and dollars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from webscale_rl_dagster.config import Price
from webscale_rl_dagster.inference.protocol import Completion

MILLION = 1_000_000


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
    dollars: float = 0.0
    """0 where the price table does not name the model."""
    engine_seconds: float = 0.0
    """Summed over requests, many of which are under way at once."""
    elapsed_seconds: float = 0.0
    own_seconds: float = 0.0
    """Of those elapsed, spent computing in our own code rather than waiting for the engine."""

    def count(self, completion: Completion, price: Price | None = None) -> None:
        """One finished request."""
        self.requests += 1
        self.prompt_tokens += completion.prompt_tokens
        self.cached_tokens += completion.cached_tokens
        self.completion_tokens += completion.completion_tokens
        self.engine_seconds += completion.latency_s
        if price is not None:
            self.dollars += dollars(
                price,
                prompt=completion.prompt_tokens,
                cached=completion.cached_tokens,
                completion=completion.completion_tokens,
            )

    def add(self, other: Usage) -> None:
        """Another stage's or session's counters on top of these."""
        for part in fields(Usage):
            setattr(self, part.name, getattr(self, part.name) + getattr(other, part.name))

    @property
    def waiting_seconds(self) -> float:
        """Of those elapsed, spent waiting for the engine."""
        return max(0.0, self.elapsed_seconds - self.own_seconds)

    @property
    def tokens_per_second(self) -> float:
        """Generated tokens over the seconds elapsed."""
        return self.completion_tokens / self.elapsed_seconds if self.elapsed_seconds else 0.0

    def as_dict(self) -> dict[str, int | float]:
        """All counters, and what follows from them."""
        return asdict(self) | {
            "waiting_seconds": self.waiting_seconds,
            "tokens_per_second": self.tokens_per_second,
        }

    @classmethod
    def of(cls, counters: Mapping[str, int | float]) -> Usage:
        """From what `as_dict` gave; whatever else it holds is left out."""
        known = {part.name for part in fields(cls)}
        return cls(**{name: value for name, value in counters.items() if name in known})  # type: ignore[arg-type]


def dollars(price: Price, *, prompt: int, cached: int, completion: int) -> float:
    """What so many tokens cost; `cached` are some of `prompt`."""
    per_cached = price.prompt if price.cached is None else price.cached
    paid = (prompt - cached) * price.prompt + cached * per_cached + completion * price.completion
    return paid / MILLION
