"""What every materialization tells the Dagster UI about its shard."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping
from typing import Any

import dagster as dg
import polars as pl

from webscale_rl_dagster.card.markdown import plain
from webscale_rl_dagster.inference.usage import Usage
from webscale_rl_dagster.lineage.columns import COLUMN_SOURCES
from webscale_rl_dagster.lineage.ledger import shard_counts
from webscale_rl_dagster.lineage.plots import funnel_plot, share_plot
from webscale_rl_dagster.lineage.verdicts import verdict_counts
from webscale_rl_dagster.releases.layout import PAGE, PLOTS, key_of
from webscale_rl_dagster.releases.reading import Release
from webscale_rl_dagster.schemas import TABLES
from webscale_rl_dagster.storage.tables import Tables, WrittenTable

PREVIEW_ROWS = 10
_CELL = 80
_UNSHOWN = ("text", "metadata", "minhash")
"""Dagster's records cannot be purged: what a document says stays out of them."""
_PLOTTED = {
    "classified_documents": "domain",
    "candidate_qa": "domain",
    "verified_qa": "domain",
}


def shard_metadata(
    table: str,
    shard: str,
    *,
    written: WrittenTable,
    tables: Tables,
    usage: Usage | None,
    links: Mapping[str, dg.MetadataValue[Any]] | None = None,
) -> dict[str, Any]:
    """Counts, schema, lineage, a preview and plots of one shard's table, as it is stored.

    The UI plots every number over the partitions.
    """
    counts = shard_counts(tables, shard)
    here = counts[table]
    metadata: dict[str, Any] = {
        "dagster/partition_row_count": written.rows,
        "dagster/column_schema": _column_schema(table),
        "dagster/uri": written.uri,
        "sha256": written.sha256,
        "input": here.input,
        "kept": here.kept,
        "kept_share": _share(here.kept, here.input),
        "failed": here.failed,
        "dropped": dg.MetadataValue.json(here.dropped),
        "preview": dg.MetadataValue.md(preview(_head(tables, table, shard))),
    }
    if COLUMN_SOURCES[table]:
        metadata["dagster/column_lineage"] = _column_lineage(table)
    if usage is not None:
        metadata |= {f"calls/{name}": value for name, value in usage.as_dict().items()}
        metadata["calls/cached_share"] = _share(usage.cached_tokens, usage.prompt_tokens)
        metadata["calls/reused_share"] = _share(usage.reused, usage.reused + usage.requests)
    if table != "raw_documents":
        metadata["funnel"] = _image(funnel_plot(counts))
    if table == "checked_qa":
        metadata["acceptance"] = _share(here.kept, here.input)
        metadata["verdicts"] = dg.MetadataValue.json(verdict_counts(tables, shard))
    if table in _PLOTTED:
        metadata["domains"] = _image(share_plot(_tally(tables, table, shard), "rows kept"))
    if table == "verified_qa":
        documents = counts["raw_documents"].kept
        metadata["pairs_per_document"] = _share(written.rows, documents)
    return metadata | dict(links or {})


def release_metadata(release: Release) -> dict[str, Any]:
    """Counts, what differs from the release before, diversity and the card's plots."""
    manifest = release.manifest
    metadata: dict[str, Any] = {
        "dagster/partition_row_count": manifest["pairs"],
        "dagster/column_schema": _column_schema("dataset_release"),
        "dagster/uri": release.uri,
        "card": f"{release.uri}/{PAGE}",
        "content_sha256": manifest["content_sha256"],
        "splits": dg.MetadataValue.json(manifest["splits"]),
        "dropped": dg.MetadataValue.json(manifest["dropped"]),
        "previous": dg.MetadataValue.json(manifest["previous"]),
        "shards": len(manifest["shards"]),
        "shards_left_out": dg.MetadataValue.json(manifest["left_out"]),
        "diversity": dg.MetadataValue.json(manifest["measures"]["diversity"]),
    }
    plots = [path for path in release.paths() if path.startswith(f"{PLOTS}/")]
    for path in plots:
        name = path.removeprefix(f"{PLOTS}/").removesuffix(".png")
        metadata[f"plot/{name}"] = _image(release.objects.get(key_of(release.name, path)))
    return metadata


def preview(head: pl.DataFrame) -> str:
    """The rows as a Markdown table; document text is hostile, so it is cut and escaped."""
    lines = ["| " + " | ".join(head.columns) + " |", "|" + "---|" * head.width]
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in head.iter_rows()]
    return "\n".join(lines)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _cell(value: object) -> str:
    return plain("" if value is None else value, _CELL)


def _head(tables: Tables, table: str, shard: str) -> pl.DataFrame:
    names = [name for name in TABLES[table] if name not in _UNSHOWN]
    batches = tables.open(table, shard).batches(names, rows=PREVIEW_ROWS)
    return next(batches, pl.DataFrame(schema={name: TABLES[table][name] for name in names}))


def _tally(tables: Tables, table: str, shard: str) -> Mapping[str, int]:
    """Kept rows by the value of the column that is plotted."""
    column = _PLOTTED[table]
    found: Counter[str] = Counter()
    for batch in tables.open(table, shard).kept_batches([column]):
        found.update(dict(batch.drop_nulls()[column].value_counts().iter_rows()))
    return found


def _column_schema(table: str) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[dg.TableColumn(name, str(dtype)) for name, dtype in TABLES[table].items()]
    )


def _column_lineage(table: str) -> dg.TableColumnLineage:
    return dg.TableColumnLineage(
        {
            column: [
                dg.TableColumnDep(asset_key=asset, column_name=name) for asset, name in sources
            ]
            for column, sources in COLUMN_SOURCES[table].items()
        }
    )


def _image(png: bytes) -> dg.MarkdownMetadataValue:
    return dg.MetadataValue.md(f"![plot](data:image/png;base64,{base64.b64encode(png).decode()})")
