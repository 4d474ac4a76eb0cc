"""slime: `--custom-rm-path` names an asynchronous function of a sample, or of many at once."""

import asyncio
from typing import Any, Protocol

from .gold import Gold


class Sample(Protocol):
    """What is read of slime's own sample."""

    response: str
    label: str
    metadata: dict[str, Any]


async def custom_rm(
    args: Any, sample: Sample | list[Sample], **settings: Any
) -> float | list[float]:
    """The reward of a sample; of a list, as slime's batched mode passes, a list."""
    if isinstance(sample, list):
        return list(await asyncio.gather(*(asyncio.to_thread(_score, one) for one in sample)))
    return await asyncio.to_thread(_score, sample)


def _score(sample: Sample) -> float:
    return Gold.of({**sample.metadata, "answer": sample.label}).score(sample.response)
