"""Why a run failed, as Dagster's log has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

from webscale_rl_dagster import errors
from webscale_rl_dagster.expectations.standing import SHUT

if TYPE_CHECKING:
    from dagster_shared.error import SerializableErrorInfo

_OURS = {kind.__name__ for kind in vars(errors).values() if isinstance(kind, type)}
_STEPS, _REMEMBERED = 20, 10_000


def failed_steps(instance: dg.DagsterInstance, run_id: str, most: int) -> list[dg.DagsterEvent]:
    """The first ones of a run, whose retries are used up; none if its process died."""
    kind = dg.DagsterEventType.STEP_FAILURE
    records = instance.get_records_for_run(run_id, of_type=kind, limit=most).records
    return [record.event_log_entry.get_dagster_event() for record in records]


def because_of_a_gate(failure: dg.DagsterEvent) -> bool:
    """Whether a step failed as its gate shut, or was refused because one is shut."""
    data = failure.step_failure_data
    if data.error is not None and data.error.cls_name == "DagsterAssetCheckFailedError":
        return True
    given = data.user_failure_data.metadata if data.user_failure_data else {}
    states = getattr(given.get(SHUT), "value", None)
    return isinstance(states, list) and "failed" in states


class EndedByGate:
    """Whether a gate ended a run that failed; each is looked up once, for its log is complete."""

    def __init__(self) -> None:
        self._known: dict[str, bool] = {}

    def __call__(self, instance: dg.DagsterInstance, run_id: str) -> bool:
        if run_id not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            steps = failed_steps(instance, run_id, _STEPS)
            self._known[run_id] = any(map(because_of_a_gate, steps))
        return self._known[run_id]


def message_of(failure: dg.DagsterEvent) -> str:
    """The step, and what its error says."""
    error = root_error(failure)
    return f"{failure.step_key}: {error.message.strip() if error else 'unknown error'}"


def root_error(failure: dg.DagsterEvent) -> SerializableErrorInfo | None:
    """The error of a chain that says what to do: our own, else the one that started it."""
    error = failure.step_failure_data.error
    while error is not None and error.cause is not None and error.cls_name not in _OURS:
        error = error.cause
    return error
