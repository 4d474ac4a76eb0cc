"""Reads corpus files into the shards of `raw_documents`, constant in memory and safe to repeat."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from webscale_rl_dagster.corpora.buckets import OpenBucket
from webscale_rl_dagster.corpora.found import find_files
from webscale_rl_dagster.corpora.marker import Marker
from webscale_rl_dagster.corpora.records import ReadOptions
from webscale_rl_dagster.corpora.shards import IngestedShard
from webscale_rl_dagster.errors import IngestError
from webscale_rl_dagster.identity import CORPUS_NAME
from webscale_rl_dagster.stages.ingestion import Ingestion
from webscale_rl_dagster.stages.progress import IngestProgress, unwatched
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables

__all__ = ["IngestProgress", "IngestedShard", "ingest"]


def ingest(
    path: Path | str,
    *,
    corpus: str,
    tables: Tables,
    shard_documents: int,
    max_document_bytes: int,
    format: str = "auto",
    subset: str | None = None,
    split: str | None = None,
    text_field: str = "text",
    licence: str | None = None,
    near_duplicates: float | None = None,
    on_progress: Callable[[IngestProgress], None] = unwatched,
    on_file: Callable[[Marker], None] = unwatched,
    open_bucket: OpenBucket = Objects,
) -> Iterator[IngestedShard]:
    """Yield each shard once its table is written; IngestError, at once, if nothing can be read.

    `path` is a file, a folder, or s3://bucket/key or prefix, whose bucket `open_bucket` opens.
    `on_file` is told of each file that is ingested to its end, now or before.

    The same content enters the same corpus once, whatever its name and whatever the other
    arguments of the second call. A crash costs the shard under way: a rerun reads the file again,
    leaves tables that say the same as they are, and ends as an undisturbed run would have.

    A text that is stored already, or whose similarity to a stored one is estimated at
    `near_duplicates` or more, is a row that is not kept. None looks for exact repeats only. So is
    what was removed, and what nearly repeats it or is under a rule of a removal: without its text.
    """
    if re.fullmatch(CORPUS_NAME, corpus) is None:
        raise IngestError(
            f"{corpus!r} is no corpus name: lower-case letters, digits, - and _, at most 63"
        )
    if shard_documents < 1 or max_document_bytes < 1:
        raise IngestError("shard_documents and max_document_bytes must be at least 1")
    sources, bytes_total = find_files(path, format, subset, split, open_bucket)

    def shards() -> Iterator[IngestedShard]:
        with Ingestion(
            corpus=corpus,
            tables=tables,
            shard_documents=shard_documents,
            options=ReadOptions(text_field, licence, max_document_bytes),
            near_duplicates=near_duplicates,
            on_progress=on_progress,
        ) as ingestion:
            yield from ingestion.read(sources, bytes_total, on_file)

    return shards()
