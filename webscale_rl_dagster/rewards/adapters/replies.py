"""The text of what a model said, out of the shapes in which trainers pass it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def reply(completion: str | Sequence[Mapping[str, Any]]) -> str:
    """A plain completion as it is; of a conversation, what the assistant said last."""
    if isinstance(completion, str):
        return completion
    said = [message for message in completion if message.get("role") == "assistant"]
    return content_text(said[-1].get("content")) if said else ""


def content_text(content: str | Iterable[Mapping[str, Any]] | None) -> str:
    """A message's content: a text, a list of parts of which some are texts, or nothing."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    return "".join(str(part.get("text") or "") for part in content)
