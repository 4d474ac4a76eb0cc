"""What became of a row: kept, dropped for a reason, or failed with an error. Always one of them."""

from __future__ import annotations

from typing import TypedDict

from webscale_rl_dagster.inference.protocol import Failed
from webscale_rl_dagster.inference.structured import Malformed
from webscale_rl_dagster.schemas import FAILED


class Outcome(TypedDict):
    """The last three columns of every stage table."""

    kept: bool
    reason: str | None
    error: str | None


KEPT: Outcome = {"kept": True, "reason": None, "error": None}


def dropped(reason: str) -> Outcome:
    """Not kept, by a judgement; `reason` is a stable snake_case token."""
    return {"kept": False, "reason": reason, "error": None}


def failed(error: str) -> Outcome:
    """Not kept because something broke; running the shard again tries again."""
    return {"kept": False, "reason": FAILED, "error": error}


def unanswered(answer: Malformed | Failed) -> Outcome:
    """The model gave nothing usable: a malformed answer is data, a failed request an error."""
    if isinstance(answer, Failed):
        return failed(answer.error)
    return dropped(f"malformed_{answer.reason}")
