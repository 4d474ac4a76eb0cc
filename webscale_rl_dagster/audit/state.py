"""What Dagster knows of a shard, as plain data: this room does not import it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from webscale_rl_dagster.lineage.status import GateVerdict


@dataclass(frozen=True, slots=True)
class Made:
    """The newest materialization of a stage of a shard."""

    run_id: str | None
    """None: reported without a run, for a shard that another machine ingested."""
    code_version: str | None
    """The stage's logic and the sha of each of its prompts, joined by `+`; None of ingestion."""
    time: str
    """ISO 8601, UTC."""


@dataclass(frozen=True, slots=True)
class ShardState:
    """Who made the shard's tables, and how its gates stand."""

    made: Mapping[str, Made] = field(default_factory=dict)
    """By stage."""
    gates: Sequence[GateVerdict] = ()

    @property
    def open(self) -> bool:
        """Whether its pairs are published: all gates are open."""
        return bool(self.gates) and all(gate.state == "open" for gate in self.gates)

    @property
    def failed(self) -> list[str]:
        """The gates that are shut, and why."""
        return [
            f"{gate.asset} {gate.state}: {gate.why.removeprefix('failed: ')}"
            for gate in self.gates
            if gate.state in ("failed", "stale")
        ]
