"""What a sensor left at its last tick."""

from __future__ import annotations

import dagster as dg


def cursor_of_sensor(instance: dg.DagsterInstance, name: str) -> str | None:
    """None before its first tick.

    A code location that was renamed leaves the state of its old sensors behind: of several with
    this name the one that ticked last counts.
    """
    found = [
        state.sensor_instigator_data
        for state in instance.all_instigator_state()
        if state.instigator_name == name and state.sensor_instigator_data is not None
    ]
    newest = max(found, key=lambda data: data.last_tick_timestamp or 0.0, default=None)
    return newest.cursor if newest else None
