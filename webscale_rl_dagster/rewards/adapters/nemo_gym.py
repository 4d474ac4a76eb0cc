"""NeMo Gym: the reward of a resources server's `verify`."""

from collections.abc import Iterable, Mapping
from typing import Any

from .gold import Gold
from .replies import content_text


def reward(row: Mapping[str, Any], output: Iterable[Mapping[str, Any]]) -> float:
    """Of a dataset row and the `output` items of an OpenAI response, both as plain mappings."""
    said = "".join(
        content_text(item.get("content")) for item in output if item.get("type") == "message"
    )
    return Gold.of({**row, "answer": row["expected_answer"]}).score(said)
