"""The files that a path or an address names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from webscale_rl_dagster.corpora.bucket_files import StoredSource
from webscale_rl_dagster.corpora.buckets import OpenBucket, find_stored
from webscale_rl_dagster.corpora.records import is_stored
from webscale_rl_dagster.corpora.sources import Source, find_sources


def find_files(
    path: Path | str, format: str, subset: str | None, split: str | None, open_bucket: OpenBucket
) -> tuple[Iterable[Source | StoredSource], int]:
    """To be read one after another, and their bytes; IngestError if nothing can be read."""
    if isinstance(path, str) and is_stored(path):
        return find_stored(path, format, open_bucket, subset=subset, split=split)
    sources = find_sources(Path(path), format, subset=subset, split=split)
    return sources, sum(source.size() for source in sources)
