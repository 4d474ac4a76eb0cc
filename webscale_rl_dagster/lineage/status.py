"""The funnel of every shard, reconciled, and what its calls came to: `webscale-rl status`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import polars as pl

from webscale_rl_dagster.config import Price
from webscale_rl_dagster.inference.usage import Usage
from webscale_rl_dagster.lineage.accounting import stage_usage
from webscale_rl_dagster.lineage.ledger import StageCounts, answered, due, shard_counts
from webscale_rl_dagster.lineage.verdicts import VerdictCounts, verdict_counts
from webscale_rl_dagster.schemas import ASKING, STAGES
from webscale_rl_dagster.storage.tables import Tables


class GateVerdict(Protocol):
    """What the gate says of one asset of a shard; `expectations.standing` has the real one."""

    @property
    def asset(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def why(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ShardStatus:
    """One shard: its counts, whether they add up, model calls, verdicts on pairs, and its gate."""

    shard: str
    stages: dict[str, StageCounts]
    calls: dict[str, Usage]
    verdicts: VerdictCounts
    reconciled: bool
    gate_open: bool
    gate_failed: list[str]

    @property
    def published(self) -> int:
        verified = self.stages.get("verified_qa")
        return verified.kept if verified and self.gate_open else 0

    def as_json(self) -> dict[str, Any]:
        return {
            "shard": self.shard,
            "stages": {name: asdict(counts) for name, counts in self.stages.items()},
            "calls": {name: usage.as_dict() for name, usage in self.calls.items()},
            "verdicts": self.verdicts,
            "reconciled": self.reconciled,
            "gate": {"open": self.gate_open, "failed": self.gate_failed},
            "published": self.published,
        }


def shard_status(
    tables: Tables,
    shard: str,
    verdicts: Sequence[GateVerdict],
    *,
    prices: Mapping[str, Price] | None = None,
) -> ShardStatus:
    """Counts from the tables themselves, so that nothing but the data can make them agree.

    `verdicts` are the shard's gates; all must be open for its pairs to count as published.
    """
    stages = shard_counts(tables, shard)
    sent, came = due(tables, shard), answered(tables, shard)
    whole = list(stages) == list(STAGES[: len(stages)])
    agrees = (
        whole
        and all(counts.reconciled for counts in stages.values())
        and all(sent.get(stage) == rows for stage, rows in came.items())
    )
    shut = [verdict for verdict in verdicts if verdict.state in ("failed", "stale")]
    return ShardStatus(
        shard=shard,
        stages=stages,
        calls={stage: stage_usage(tables.objects, stage, shard, prices=prices) for stage in ASKING},
        verdicts=verdict_counts(tables, shard),
        reconciled=agrees,
        gate_open=all(verdict.state == "open" for verdict in verdicts),
        gate_failed=[
            f"{verdict.asset} {verdict.state}: {verdict.why.removeprefix('failed: ')}"
            for verdict in shut
        ],
    )


def quarantined(tables: Tables) -> pl.DataFrame:
    """Every record that ingestion set aside, with file, position and reason."""
    frames = [tables.read("quarantine", key) for key in tables.shards("quarantine")]
    return pl.concat(frames) if frames else pl.DataFrame(schema={"reason": pl.String()})
