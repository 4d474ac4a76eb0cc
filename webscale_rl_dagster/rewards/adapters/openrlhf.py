"""OpenRLHF: `--reward.remote_url` names a Python file with a function `reward_func`.

It is given a query, the decoded prompt and response together with their special tokens, and one
label, which for our exports is JSON.
"""

import re
from collections.abc import Sequence
from typing import Any

from .gold import Gold

_SPECIAL_TOKENS = re.compile(r"(?:\s*(?:<\|[a-z_]{1,30}\|>|</s>|<eos>|<end_of_turn>|<pad>))+\s*$")
_TAILS = (400, 100, 20)
"""How many characters at its end a prompt is looked for by: a cut one may hold no more."""


def scores(queries: Sequence[str], prompts: Sequence[str], labels: Sequence[str]) -> list[float]:
    """A reward per query."""
    return [
        Gold.read(label).score(_response(query, prompt))
        for query, prompt, label in zip(queries, prompts, labels, strict=True)
    ]


def reward_func(
    queries: Sequence[str], prompts: Sequence[str], labels: Sequence[str]
) -> dict[str, Any]:
    """Rewards to learn from and, the same, scores for dynamic filtering."""
    import torch

    rewards = torch.tensor(scores(queries, prompts, labels), dtype=torch.float32)
    return {"rewards": rewards, "scores": rewards, "extra_logs": {"answer_reward": rewards.mean()}}


def _response(query: str, prompt: str) -> str:
    """The prompt must go: its instruction shows the very tags that an answer is looked for in."""
    start = len(prompt) if query.startswith(prompt) else _end_of(prompt, query)
    return "" if start is None else _SPECIAL_TOKENS.sub("", query[start:])


def _end_of(prompt: str, query: str) -> int | None:
    """Where the prompt ends in a query that lacks its start, or that decoding spaced otherwise."""
    places = [place for place, char in enumerate(query) if not char.isspace()]
    text = "".join(query[place] for place in places)
    squeezed = "".join(prompt.split())
    for length in _TAILS:
        tail = squeezed[-length:]
        found = text.find(tail)
        if tail and found >= 0:
            return places[found + len(tail) - 1] + 1
    return None
