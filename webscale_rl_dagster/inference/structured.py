"""Reads a completion that should be JSON; repairs it only where the repair is exact."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson

from webscale_rl_dagster.inference.protocol import Ask, CompletionRequest, Failed

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

_FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n?```\s*\Z", re.DOTALL)
_EATEN = re.compile(r"[\x00-\x08\x0b-\x1f]|\t(?=[a-z])")
_REFUSAL = re.compile(r"\A\s*(?:i(?:'m| am) sorry|i cannot|i can't|as an ai)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Malformed:
    """Why a completion could not be used; `reason` is a stable token."""

    reason: str


def parse_object(
    text: str, *, finish_reason: str, schema: Mapping[str, Any]
) -> dict[str, Any] | Malformed:
    r"""The JSON object in `text` that satisfies `schema`, or why there is none.

    The schema is checked even though engines enforce it: not every server does.

    A control character inside a string is what `\f` of an unescaped `\frac` turns into: the text
    is lost, so it is malformed rather than repaired. A fence around the object is removed,
    for that is exact. Lone surrogates cannot be written as UTF-8, so they are malformed too.
    """
    if finish_reason in ("refusal", "content_filter"):
        return Malformed("refusal")
    if not text.strip():
        return Malformed("empty")
    if finish_reason == "length":
        return Malformed("truncated")
    if _REFUSAL.match(text):
        return Malformed("refusal")
    fenced = _FENCE.match(text)
    try:
        value = json.loads(fenced[1] if fenced else text)
    except (json.JSONDecodeError, RecursionError):
        return Malformed("not_json")
    if not isinstance(value, dict) or not _validator(orjson.dumps(schema)).is_valid(value):
        return Malformed("wrong_schema")
    return Malformed("broken_text") if _is_broken(value) else value


@functools.lru_cache(maxsize=1024)
def _validator(schema: bytes) -> Draft202012Validator:
    """Building one takes longer than using it, and the calls of a stage share a few schemas."""
    from jsonschema import Draft202012Validator

    return Draft202012Validator(orjson.loads(schema))


def _is_broken(value: Any) -> bool:
    if isinstance(value, str):
        return bool(_EATEN.search(value)) or not _encodable(value)
    if isinstance(value, dict):
        return any(_is_broken(item) for item in value.values())
    return isinstance(value, list) and any(_is_broken(item) for item in value)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


async def ask_object(
    ask: Ask, request: CompletionRequest, *, tries: int = 3
) -> dict[str, Any] | Malformed | Failed:
    """The JSON object the model answers with; a malformed answer is asked for again.

    Each new try takes the next seed and some temperature, for a greedy model repeats itself.
    """
    schema = request.schema or {"type": "object"}
    answer: dict[str, Any] | Malformed | Failed = Malformed("empty")
    for attempt in range(tries):
        completion = await ask(_reseeded(request, attempt))
        if isinstance(completion, Failed):
            return completion
        answer = parse_object(
            completion.text, finish_reason=completion.finish_reason, schema=schema
        )
        if not isinstance(answer, Malformed):
            break
    return answer


def _reseeded(request: CompletionRequest, attempt: int) -> CompletionRequest:
    if attempt == 0:
        return request
    sampling = request.sampling
    return replace(
        request,
        sampling=replace(
            sampling,
            seed=sampling.seed + attempt,
            temperature=max(sampling.temperature, 0.7),
        ),
    )
