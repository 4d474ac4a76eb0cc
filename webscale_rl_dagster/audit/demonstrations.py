"""Which demonstrations the generator was shown for a pair."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from webscale_rl_dagster.audit.calls import Call
from webscale_rl_dagster.prompts.demonstrations import Demonstration, demonstrations
from webscale_rl_dagster.prompts.library import defuse
from webscale_rl_dagster.storage.tables import Row

_ALL = 1_000_000


def shown_demonstrations(candidate: Row, calls: Iterable[Call]) -> list[dict[str, Any]]:
    """Those that the candidate's row names, with their content as the library has it now.

    The row of a cloze that open questions were tried for in vain names none. Then they are those
    whose text stands in the prompts as sent; `recorded` tells the two apart.
    """
    library = demonstrations(candidate["domain"] or "", seed=candidate["document_id"], n=_ALL)
    known = {item.id: item for item in library}
    if recorded := candidate.get("demonstrations"):
        return [_told(name, known.get(name), recorded=True) for name in recorded]
    prompts = [
        message["content"]
        for call in calls
        if call["template"] == "generate"
        for message in call["prompt"]
    ]
    return [
        _told(item.id, item, recorded=False)
        for item in library
        if any(defuse(item.render()) in prompt for prompt in prompts)
    ]


def _told(name: str, item: Demonstration | None, *, recorded: bool) -> dict[str, Any]:
    return {
        "id": name,
        "recorded": recorded,
        "source": item and item.source,
        "persona": item and item.persona,
        "question": item and item.question,
        "answer": item and item.answer,
    }
