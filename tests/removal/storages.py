"""Storages whose documents are removed, and what is asked of them afterwards."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from tests.pipeline import Pipeline, town
from webscale_rl_dagster.identity import document_id, sha256_text

LOOSE = {"acceptance_rate": [0.0, 1.0], "min_kept_documents": 0.0, "max_domain_share": 1.0}
WHY = "the publisher asked for it"


def two_shards(pipeline: Pipeline) -> None:
    """Towns 0 to 2 and 3 to 5 in a shard each, with URLs and licences; all are run."""
    pipeline.configure(gates=LOOSE)
    write_rows(pipeline, "first.jsonl", [row(n) for n in (0, 1, 2)])
    write_rows(pipeline, "second.jsonl", [row(n) for n in (3, 4, 5)])
    for name in ("first.jsonl", "second.jsonl"):
        pipeline("ingest", str(pipeline.folder / name), "--corpus", "wiki")
    pipeline("run", "--all")


def row(number: int, **fields: str) -> dict[str, str]:
    """A document of the corpus, before it is ingested."""
    label = town(number).split(" is ")[0]
    return {
        "text": town(number),
        "title": label,
        "url": f"https://{label.lower()}.example/history",
        "licence": "CC0-1.0" if number % 2 else "CC-BY-4.0",
        "curator": f"curator of {label}",
    } | fields


def write_rows(pipeline: Pipeline, name: str, rows: list[dict[str, str]]) -> None:
    lines = "".join(f"{json.dumps(one)}\n" for one in rows)
    (pipeline.folder / name).write_text(lines)


def remove(pipeline: Pipeline, *arguments: str, exit_code: int = 0) -> dict[str, Any]:
    """What `--json` says."""
    reason = () if "--resume" in arguments else ("--reason", WHY)
    output = pipeline("remove", *arguments, *reason, "--json", exit_code=exit_code).stdout
    found: dict[str, Any] = json.loads(output)
    return found


def raw(pipeline: Pipeline) -> dict[str, dict[str, Any]]:
    """Rows of `raw_documents` by document, the last of each."""
    return {
        one["document_id"]: one
        for key in pipeline.shards
        for one in pipeline.tables.rows("raw_documents", key)
    }


def made_of(pipeline: Pipeline, number: int) -> pl.DataFrame:
    """Verified pairs of a town."""
    return pipeline.verified().filter(pl.col("document_id") == document_id(town(number)))


def files(pipeline: Pipeline, shard: str) -> dict[str, str]:
    """Hash of every object of a shard: tables, journal, usage and records."""
    objects = pipeline.tables.objects
    return {key: sha256_text(objects.get(key).hex()) for key in objects.list("") if shard in key}


def shard_of_town(pipeline: Pipeline, number: int) -> str:
    wanted = document_id(town(number))
    return next(
        key
        for key in pipeline.shards
        if wanted in pipeline.tables.read("raw_documents", key)["document_id"]
    )
