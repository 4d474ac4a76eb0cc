"""Joins a stage's verdicts back to the documents' text, which is stored once."""

from __future__ import annotations

import polars as pl

from webscale_rl_dagster.storage.tables import Tables


def kept_documents(tables: Tables, stage: str, shard: str) -> pl.DataFrame:
    """The documents `stage` kept, in their order, with text, title and the stage's columns."""
    texts = tables.kept("raw_documents", shard).select("document_id", "text", "title")
    return tables.kept(stage, shard).join(
        texts, on="document_id", how="left", maintain_order="left"
    )
