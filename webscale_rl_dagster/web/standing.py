"""How a pair stands, in words: the first thing that its page says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from webscale_rl_dagster.schemas import BROKEN, FAILED, PASSED, STAGES
from webscale_rl_dagster.web.words import in_words

Said = Literal["failed", "passed", "not asked"]
_SAID: dict[str | None, Said] = {BROKEN: "failed", PASSED: "passed", None: "not asked"}
"""What a verdict says, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of a pair, and why."""

    kind: Literal["published", "held_back", "waiting", "rejected", "failed", "released"]
    title: str
    why: tuple[str, ...] = ()
    """Sentences; what a model, an engine or a suite wrote is among them."""
    token: str | None = None
    """The reason as the tables have it, which for a rejected pair is the verdict's name."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One defect that the pair was judged by, or was not."""

    name: str
    said: Said
    words: str
    """What the defect is."""


def standing(found: Mapping[str, Any]) -> Standing:
    """Of what `audit.provenance` found."""
    if found["published"]:
        return Standing("published", "Published")
    stages = found["stages"]
    if "candidate_qa" not in stages:
        why = "Only a release holds it: its shard was made anew, without it."
        return Standing("released", "No longer published", (why,))
    last = next(reversed(stages))
    row = stages[last]
    if not row["kept"]:
        return _dropped(last, row)
    if last == STAGES[-1]:
        return Standing("held_back", "Held back", _gates(found))
    due = STAGES[STAGES.index(last) + 1]
    title = f"Waiting for {due}"
    return Standing("waiting", title, _gates(found) or (f"{due} has not been run for its shard.",))


def verdicts(found: Mapping[str, Any]) -> list[Verdict]:
    """Those that failed first, then those that passed, then those not asked."""
    order = list(_SAID)
    judged = sorted(found["verdicts"].items(), key=lambda item: order.index(item[1]))
    return [Verdict(name, _SAID[value], in_words(name)) for name, value in judged]


def _dropped(stage: str, row: Mapping[str, Any]) -> Standing:
    if row["reason"] == FAILED:
        why = f"Requests of {stage} broke: {row['error']}. Running the shard again asks them again."
        return Standing("failed", "Failed", (why,), FAILED)
    words = in_words(row["reason"])
    return Standing("rejected", "Rejected", (f"At {stage}: {words}.",), row["reason"])


def _gates(found: Mapping[str, Any]) -> tuple[str, ...]:
    """The shard's gates that are shut or not judged, of the stages that the pair came to.

    Those that are so for the same reason are one sentence.
    """
    alike: dict[tuple[str, str], list[str]] = {}
    for stage, row in found["stages"].items():
        if row["gate"] and row["gate"]["state"] != "open":
            alike.setdefault((row["gate"]["state"], row["gate"]["why"]), []).append(stage)
    return tuple(f"{_of_gates(stages)} {state}: {why}." for (state, why), stages in alike.items())


def _of_gates(stages: list[str]) -> str:
    *others, last = stages
    return (
        f"The gates of {', '.join(others)} and {last} are" if others else f"The gate of {last} is"
    )
