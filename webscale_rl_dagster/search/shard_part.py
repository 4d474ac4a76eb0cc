"""All that is indexed of a shard."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from webscale_rl_dagster.lineage.ledger import count
from webscale_rl_dagster.lineage.state import ShardState, shard_state
from webscale_rl_dagster.schemas import STAGES
from webscale_rl_dagster.search.document_rows import document_rows
from webscale_rl_dagster.search.pair_rows import pair_rows
from webscale_rl_dagster.search.reading import ShardTables
from webscale_rl_dagster.search.summaries import ShardSummary
from webscale_rl_dagster.storage.tables import Tables


@dataclass(frozen=True, slots=True)
class ShardRows:
    """What a shard comes to in the index."""

    pairs: pl.DataFrame
    documents: pl.DataFrame
    summary: ShardSummary


def read_shard(tables: Tables, shard: str, there: Collection[str]) -> ShardRows:
    """From its tables, and the records beside them.

    Args:
        tables: The storage.
        shard: Its key.
        there: Which of its tables there are.
    """
    read = ShardTables(tables, shard, there)
    state = shard_state(tables, shard, read)
    return ShardRows(
        pair_rows(read, is_open=state.open),
        document_rows(read, state),
        _summary(read, state),
    )


def _summary(tables: ShardTables, state: ShardState) -> ShardSummary:
    stages = {
        stage: count([tables.frame(stage, ("kept", "reason"))])
        for stage in STAGES
        if tables.has(stage)
    }
    verified = stages.get("verified_qa")
    return ShardSummary(
        shard=tables.shard,
        stages=stages,
        gates={gate.asset: {"state": gate.state, "why": gate.why} for gate in state.gates},
        open=state.open,
        published=verified.kept if verified and state.open else 0,
        usage={stage: made.usage for stage, made in state.made.items() if made.usage is not None},
        made={
            stage: {"run_id": made.run_id, "time": made.time} for stage, made in state.made.items()
        },
    )
