"""How far in Dagster's log the chain has taken up each corpus's shards, kept as its cursor."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import TypeAdapter, ValidationError

CHAIN = "chain"
"""The sensor that starts the stages of ingested shards."""

_CURSOR = TypeAdapter(dict[str, int])


def chain_places(cursor: str | None) -> Mapping[str, int]:
    """By corpus, the event up to which the chain has taken up its shards."""
    try:
        return _CURSOR.validate_json(cursor or "{}")
    except ValidationError:
        return {}


def chain_cursor(places: Mapping[str, int]) -> str:
    """What `chain_places` reads."""
    return _CURSOR.dump_json(dict(places)).decode()
