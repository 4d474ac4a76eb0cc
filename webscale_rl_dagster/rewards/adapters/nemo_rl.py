"""NeMo RL: the rewards of one step of an environment over a batch of conversations."""

from collections.abc import Mapping, Sequence
from typing import Any

from .gold import Gold
from .replies import content_text


def rewards(
    conversations: Sequence[Sequence[Mapping[str, Any]]], metadata: Sequence[Mapping[str, Any]]
) -> list[float]:
    """A reward per conversation; `ground_truth`, which the default processor fills, is JSON."""
    return [
        Gold.read(about["ground_truth"]).score(_said(conversation))
        for conversation, about in zip(conversations, metadata, strict=True)
    ]


def _said(conversation: Sequence[Mapping[str, Any]]) -> str:
    return "".join(
        content_text(message["content"])
        for message in conversation
        if message["role"] == "assistant"
    )
