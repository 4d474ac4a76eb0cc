"""One release of all that a synthetic storage publishes, with an open gate and without a card."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from webscale_rl_dagster.config import SplitShares
from webscale_rl_dagster.lineage.ledger import StageCounts
from webscale_rl_dagster.releases.files import SplitFiles, content_sha256, release_files, table_file
from webscale_rl_dagster.releases.gate import Verdict, record_verdict
from webscale_rl_dagster.releases.layout import DROPPED, MANIFEST, key_of
from webscale_rl_dagster.releases.splits import splitter
from webscale_rl_dagster.schemas import TABLES
from webscale_rl_dagster.storage.tables import Tables

NAME = "v1"
_LEFT_OUT = "0"
"""Pairs whose id ends so, one in sixteen, are left out as near duplicates."""
_COLUMNS = [name for name in TABLES["dataset_release"].names() if name not in ("split", "shard")]


def release_all(tables: Tables, shards: list[str]) -> None:
    """Of these shards, whose gates are open."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        manifest = _write(tables, shards, folder)
        for path in sorted(folder.rglob("*.parquet")):
            place = key_of(NAME, path.relative_to(folder).as_posix())
            tables.objects.put_file(place, path)
    tables.objects.put(key_of(NAME, MANIFEST), orjson.dumps(manifest))
    record_verdict(tables.objects, NAME, Verdict(True, manifest["content_sha256"]))


def _write(tables: Tables, shards: list[str], folder: Path) -> dict[str, Any]:
    split = splitter(SplitShares())
    of_shards: dict[str, dict[str, Any]] = {}
    licences: Counter[str | None] = Counter()
    dropped = 0
    with (
        closing(SplitFiles(folder)) as files,
        table_file("release_dropped", folder / DROPPED) as left_out,
    ):
        for shard in shards:
            stored = tables.open("verified_qa", shard)
            frame = pl.concat(stored.kept_batches(_COLUMNS))
            out = frame["qa_id"].str.ends_with(_LEFT_OUT)
            kept = frame.filter(~out)
            split_of = split(kept["document_id"]).alias("split")
            files.add(kept.with_columns(split_of, shard=pl.lit(shard)))
            lost = frame.filter(out)
            dropped += lost.height
            left_out.add_frame(_dropped(lost, shard, twin=kept["qa_id"][0]))
            licences.update(dict(kept["licence"].value_counts().iter_rows()))
            of_shards[shard] = {"sha256": stored.sha256(), "pairs": kept.height}
        splits = files.finish()
    pairs = sum(splits.values())
    stored_files = release_files(folder)
    reasons = {"near_duplicate": dropped}
    return {
        "format": 1,
        "name": NAME,
        "created": datetime.now(UTC).isoformat(),
        "code_version": "benchmark",
        "content_sha256": content_sha256({file.path: file.sha256 for file in stored_files}),
        "pairs": pairs,
        "splits": splits,
        "dropped": reasons,
        "funnel": {"release": asdict(StageCounts(pairs + dropped, pairs, reasons))},
        "licences": {str(name): count for name, count in licences.most_common()},
        "previous": None,
        "files": [asdict(file) for file in stored_files],
        "shards": of_shards,
        "left_out": [],
    }


def _dropped(lost: pl.DataFrame, shard: str, twin: str) -> pl.DataFrame:
    contamination = TABLES["release_dropped"]["contamination"]
    return lost.select(
        "qa_id",
        "document_id",
        shard=pl.lit(shard),
        reason=pl.lit("near_duplicate"),
        duplicate_of=pl.lit(twin),
        contamination=pl.lit(None, contamination),
    )
