"""All that is indexed of a release."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from webscale_rl_dagster.lineage.ledger import StageCounts
from webscale_rl_dagster.releases.gate import verdict_on
from webscale_rl_dagster.releases.layout import DROPPED, key_of
from webscale_rl_dagster.releases.reading import Release
from webscale_rl_dagster.schemas import TABLES
from webscale_rl_dagster.search.reading import frames
from webscale_rl_dagster.search.summaries import ReleaseSummary
from webscale_rl_dagster.storage.tables import StoredTable, Tables

_ABOUT = (
    "question",
    "answer",
    "persona",
    "domain",
    "style",
    "answer_type",
    "title",
    "licence",
    "corpus",
)
_LOST = ("qa_id", "document_id", "shard", "reason")


def release_rows(tables: Tables, release: Release) -> Iterator[pl.DataFrame]:
    """Its pairs, split by split as it has them, and then those that it left out.

    What a pair that was left out asks is looked up in its shard, and null where that is made anew.
    """
    told = ("qa_id", "document_id", "shard", *_ABOUT)
    for split in release.splits:
        for key in release.files[split]:
            for rows in frames(_stored(release, "dataset_release", key), told):
                kept = pl.lit(None, pl.String)
                yield _rows(release, rows, status="released", stage=None, reason=kept)
    for rows in frames(_stored(release, "release_dropped", key_of(release.name, DROPPED)), _LOST):
        for (shard,), some in rows.group_by("shard", maintain_order=True):
            about = _published(tables, str(shard), some["qa_id"])
            joined = some.join(about, on="qa_id", how="left", maintain_order="left")
            reason = pl.col("reason")
            yield _rows(release, joined, status="left_out", stage="dataset_release", reason=reason)


def release_summary_of(release: Release) -> ReleaseSummary:
    """In the words of its manifest, of whatever version that is."""
    told = release.manifest
    verdict = verdict_on(release)
    return ReleaseSummary(
        name=release.name,
        created=str(told.get("created", "")),
        open=verdict is not None and verdict.passed,
        failed=verdict.failed if verdict else (),
        pairs=sum(told["splits"].values()),
        splits=told["splits"],
        dropped=told.get("dropped", {}),
        shards=len(told.get("shards", {})),
        funnel={stage: StageCounts(**counts) for stage, counts in told.get("funnel", {}).items()},
        usage=told.get("usage", {}),
        content_sha256=str(told.get("content_sha256", "")),
        code_version=str(told.get("code_version", "")),
    )


def _stored(release: Release, table: str, key: str) -> StoredTable:
    return StoredTable(table, release.objects.uri(key), release.objects.open(key))


def _published(tables: Tables, shard: str, qa_ids: pl.Series) -> pl.DataFrame:
    columns = ("qa_id", *_ABOUT)
    empty = pl.DataFrame(schema={name: TABLES["verified_qa"][name] for name in columns})
    if not tables.has("verified_qa", shard):
        return empty
    found = frames(tables.open("verified_qa", shard), columns)
    wanted = pl.col("qa_id").is_in(qa_ids.implode())
    return pl.concat([empty, *(some.filter(wanted) for some in found)]).unique("qa_id")


def _rows(
    release: Release, rows: pl.DataFrame, *, status: str, stage: str | None, reason: pl.Expr
) -> pl.DataFrame:
    return rows.with_columns(
        pl.lit(status).alias("status"),
        pl.lit(stage, pl.String).alias("stage"),
        reason.alias("reason"),
        pl.lit(release.name).alias("release"),
        pl.lit([], pl.List(pl.String)).alias("verdict"),
    )
