"""The JSON schemas of the structured answers, one per role; the reason first, and kept short.

A reason is paid for in tokens by every call, so its length is a parameter: a weak model only
rambles, a strong one thinks in it before it rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

Domain = Literal[
    "Math",
    "Technology & Engineering",
    "Coding",
    "Social Science",
    "Natural Science",
    "Travel & Lifestyle",
    "Commerce & Economics",
    "Medicine & Health",
    "Education",
    "Other",
]
DOMAINS: tuple[Domain, ...] = get_args(Domain)

Schema = dict[str, Any]

REASON_CHARS = 120


def filter_schema(*, reason_chars: int = REASON_CHARS) -> Schema:
    """Whether a document is worth asking about."""
    return _object(reason=_text(reason_chars), qualified={"type": "boolean"})


def classifier_schema(
    *,
    personas: int = 3,
    domains: Sequence[str] = DOMAINS,
    readers: Sequence[Sequence[str]] = (),
    reason_chars: int = REASON_CHARS,
) -> Schema:
    """`personas` is the most a document may have; one is always asked for.

    `readers` holds, per persona, the ones on offer; without it the model names its own.
    """
    own = {"type": "array", "items": _text(60, 3), "minItems": 1, "maxItems": personas}
    offered = {
        "type": "array",
        "prefixItems": [{"type": "string", "enum": list(some)} for some in readers],
        "minItems": len(readers),
        "maxItems": len(readers),
    }
    return _object(
        reason=_text(reason_chars),
        domain={"type": "string", "enum": list(domains)},
        personas=offered if readers else own,
    )


def generator_schema(*, answers: Sequence[str] = (), reason_chars: int = REASON_CHARS) -> Schema:
    """`answers` are the spans on offer: the answer is then one of them, character for character."""
    answer = {"type": "string", "enum": list(answers)} if answers else _text(120, 1)
    return _object(reason=_text(reason_chars), question=_text(400, 10), answer=answer)


def checker_schema(*, reason_chars: int = REASON_CHARS) -> Schema:
    """The paper's three verdicts on a pair."""
    return _object(
        reason=_text(reason_chars),
        answer_correct={"type": "boolean"},
        answer_leaked={"type": "boolean"},
        self_contained={"type": "boolean"},
    )


def rival_schema(*, reason_chars: int = REASON_CHARS) -> Schema:
    """Whether another answer than the pair's is right, too."""
    return _object(reason=_text(reason_chars), rival_correct={"type": "boolean"})


def equivalence_schema(*, reason_chars: int = REASON_CHARS) -> Schema:
    """Whether a response says the same as the gold answer."""
    return _object(reason=_text(reason_chars), equivalent={"type": "boolean"})


def answer_schema(*, choices: Sequence[str] = ()) -> Schema:
    """The round trip: free text, or one of `choices`."""
    return _object(answer={"type": "string", "enum": list(choices)} if choices else _text(100, 1))


def _text(longest: int, shortest: int = 0) -> Schema:
    return {"type": "string", "minLength": shortest, "maxLength": longest}


def _object(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
