"""The catalog tells of every shard what its tables, records and gates say."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path

from webscale_rl_dagster.lineage.ledger import shard_counts
from webscale_rl_dagster.lineage.records import made_of
from webscale_rl_dagster.lineage.state import shard_state
from webscale_rl_dagster.schemas import ASKING, STAGES
from webscale_rl_dagster.search.catalog import Catalog
from webscale_rl_dagster.search.index import Index
from webscale_rl_dagster.search.keeping import Keeper
from webscale_rl_dagster.search.updating import update
from webscale_rl_dagster.storage.tables import Tables


def test_a_shard_is_told_as_its_tables_and_records_tell_it(
    tables: Tables, folder: Path, index: Index
) -> None:
    shut = tables.shards("verified_qa")[0]
    tables.objects.delete([f"lineage/judged/checked_qa/{shut}.json"])
    update(tables, folder)
    catalog = Catalog.open(folder)
    shards = sorted(tables.shards("raw_documents"))
    assert [summary.shard for summary in catalog.shards()] == shards
    for summary in catalog.shards():
        state = shard_state(tables, summary.shard)
        made = made_of(tables.objects, summary.shard)
        assert summary.stages == shard_counts(tables, summary.shard)
        assert summary.gates == {
            gate.asset: {"state": gate.state, "why": gate.why} for gate in state.gates
        }
        assert summary.open == state.open == (summary.shard != shut)
        kept = tables.height("verified_qa", summary.shard, kept=True)
        assert summary.published == (kept if summary.open else 0)
        assert list(summary.usage) == list(ASKING)
        assert summary.usage["candidate_qa"] == made["candidate_qa"].usage
        assert summary.made["candidate_qa"] == {
            "run_id": made["candidate_qa"].run_id,
            "time": made["candidate_qa"].time,
        }
        assert catalog.shard(summary.shard) == summary
    assert catalog.shard("none/0123456789/00000") is None


def test_pages_of_shards_follow_each_other(folder: Path, index: Index) -> None:
    catalog = Catalog.open(folder)
    pages = [catalog.shards(offset, 1)[0] for offset in range(3)]
    assert pages == catalog.shards()
    assert catalog.shards(3, 1) == []


def test_totals_are_the_sums_kept_or_counted_anew(
    tables: Tables, folder: Path, index: Index
) -> None:
    catalog = Catalog.open(folder)
    shards = catalog.shards()
    total = catalog.totals()
    assert (total.shards, total.open) == (3, 3)
    assert total.published == sum(shard.published for shard in shards)
    for stage in STAGES:
        own = [shard.stages[stage] for shard in shards]
        assert total.stages[stage].kept == sum(counts.kept for counts in own)
        dropped = sum((Counter(counts.dropped) for counts in own), Counter[str]())
        assert total.stages[stage].dropped == dropped
        assert list(total.stages[stage].dropped.values()) == sorted(dropped.values(), reverse=True)
    assert total.gates == {stage: {"open": 3} for stage in STAGES}
    assert total.usage["candidate_qa"]["requests"] == sum(
        shard.usage["candidate_qa"]["requests"] for shard in shards
    )
    Keeper(folder).finish([])
    assert asdict(catalog.totals()) == asdict(total)
