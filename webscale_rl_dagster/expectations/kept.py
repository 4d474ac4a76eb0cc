"""The newest validations as Great Expectations gave them, kept on storage for Data Docs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson

from webscale_rl_dagster.storage.objects import Objects

FOLDER = "data_docs/validations"
_LONGEST = 1000
"""Characters of a text; a value of a model's may be of any length."""
_TRACEBACK = "exception_traceback"


@dataclass(frozen=True, slots=True)
class KeptValidation:
    """One suite's run on one shard or release."""

    asset: str
    partition: str
    passed: bool
    """Whether the gate was open: warnings alone do not shut it."""
    why: str
    time: str
    """ISO 8601, UTC."""
    result: Mapping[str, Any] | None = None
    """Great Expectations' own, as JSON; None of a suite that could not be run at all."""


def keep_validation(objects: Objects, validation: KeptValidation, *, most: int) -> None:
    """Keep it, and of all that are kept the newest so many: a write, a listing and a deletion."""
    body = orjson.dumps(_bounded(asdict(validation)))
    stamp = datetime.fromisoformat(validation.time).astimezone(UTC).strftime("%Y%m%dT%H%M%S.%f")
    objects.put(f"{FOLDER}/{stamp}-{uuid4().hex[:8]}.json", body)
    objects.delete(list(objects.list(FOLDER))[:-most])


def kept_validations(objects: Objects, *, most: int) -> list[KeptValidation]:
    """The newest first; one that a check deletes meanwhile is left out."""
    newest = list(objects.list(FOLDER))[-most:]
    bodies = (objects.get_if_there(key) for key in reversed(newest))
    return [KeptValidation(**orjson.loads(body)) for body in bodies if body is not None]


def _bounded(value: Any) -> Any:
    """Long texts are cut, and a crash is told without the paths of its traceback."""
    if isinstance(value, Mapping):
        return {
            str(name)[:_LONGEST]: None if name == _TRACEBACK else _bounded(item)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_bounded(item) for item in value]
    return value[:_LONGEST] if isinstance(value, str) else value
