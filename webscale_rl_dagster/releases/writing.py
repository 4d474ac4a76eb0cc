"""Writes what a release keeps and what it leaves out, and counts both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from webscale_rl_dagster.card.measures import Measures
from webscale_rl_dagster.config import SplitShares
from webscale_rl_dagster.releases.cleaning import Drop, is_among
from webscale_rl_dagster.releases.files import SplitFiles, table_file
from webscale_rl_dagster.releases.layout import DROPPED
from webscale_rl_dagster.releases.published import Published
from webscale_rl_dagster.releases.splits import splitter
from webscale_rl_dagster.releases.tally import Tally
from webscale_rl_dagster.schemas import TABLES

_COLUMNS = [name for name in TABLES["dataset_release"].names() if name not in ("split", "shard")]


@dataclass(frozen=True, slots=True)
class Written:
    """What lies in the folder."""

    splits: dict[str, int]
    """Pairs of each."""
    dropped: dict[str, int]
    """Pairs left out, by reason, the most frequent first."""
    shards: dict[str, dict[str, Any]]
    """In the order of the rows: the `sha256` of each shard's table, and the `pairs` kept of it."""
    tally: Tally
    measures: Measures

    @property
    def pairs(self) -> int:
        return sum(self.splits.values())


def write_pairs(
    published: Published, drops: Mapping[str, Drop], folder: Path, shares: SplitShares
) -> Written:
    """The second reading: files of every split, and the table of what is left out."""
    split = splitter(shares)
    tally, measures = Tally(), Measures()
    reasons: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    with (
        closing(SplitFiles(folder)) as files,
        table_file("release_dropped", folder / DROPPED) as left_out,
    ):
        for shard, batch in published.batches(_COLUMNS, step="writing"):
            out = is_among(batch["qa_id"], drops)
            for qa_id, document in batch.filter(out).select("qa_id", "document_id").iter_rows():
                ids = {"qa_id": qa_id, "document_id": document, "shard": shard}
                left_out.add(ids | drops[qa_id]._asdict())
                reasons[drops[qa_id].reason] += 1
            kept = batch.filter(~out)
            if kept.is_empty():
                continue
            kept = kept.with_columns(split(kept["document_id"]).alias("split"), shard=pl.lit(shard))
            files.add(kept)
            tally.add(kept)
            measures.add(kept)
            pairs[shard] += kept.height
        splits = files.finish()
    shards = {
        shard: {"sha256": sha256, "pairs": pairs[shard]}
        for shard, sha256 in published.sha256s.items()
    }
    return Written(splits, dict(reasons.most_common()), shards, tally, measures)
