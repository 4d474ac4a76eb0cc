"""How far in Dagster's log a receiver of notices is told, kept as the cursor of its sensor."""

from __future__ import annotations

from dataclasses import dataclass, field

import dagster as dg
from pydantic import TypeAdapter, ValidationError

from webscale_rl_dagster.automation.cursors import cursor_of_sensor


@dataclass(frozen=True, slots=True)
class Place:
    """What lies before it was delivered, or refused for good."""

    failed: str
    """Cursor of failed runs."""
    judged: int
    """Cursor of verdicts."""
    shut: dict[str, str] = field(default_factory=dict)
    """What failed last in each check that fails, see `noticed.changed`."""
    not_before: float = 0.0
    """Unix time until which the receiver is left alone."""
    tries: int = 0
    """That went wrong since the last delivery."""
    trouble: str = ""
    """Why the last one did."""


_CURSOR = TypeAdapter(Place)


def sensor_of(receiver: str) -> str:
    """The name of its sensor."""
    return f"notifications_{receiver}"


def cursor_of(place: Place) -> str:
    """What `place_of` reads."""
    return _CURSOR.dump_json(place).decode()


def place_of(cursor: str | None) -> Place | None:
    """None for what is no cursor of ours."""
    try:
        return _CURSOR.validate_json(cursor or "")
    except ValidationError:
        return None


def trouble_of(instance: dg.DagsterInstance, receiver: str) -> str:
    """Why notices to it wait, as its sensor found when it last tried; empty if none do."""
    place = place_of(cursor_of_sensor(instance, sensor_of(receiver)))
    return place.trouble if place else ""
