"""Where a document is, by the index, so that nothing is scanned but what the index lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from webscale_rl_dagster.audit.lookup import rows_of
from webscale_rl_dagster.audit.nearest import Unknown, nearest_digits
from webscale_rl_dagster.audit.where import starting

if TYPE_CHECKING:
    from webscale_rl_dagster.web.site import Site

_ID = re.compile(r"[0-9a-f]{64}")
_BEGINNINGS = (64, 32, 16, 12, 8, 6, 5, 4, 3, 2, 1)
"""Digits that a near id has in common with the one that was asked for; tried in this order."""
_SHARDS = 5
_IDS = 1000
"""Read at most, to find the nearest."""


def is_document_id(text: str) -> bool:
    """Whether it is a whole one; the beginning of one may be that of several."""
    return _ID.fullmatch(text) is not None


def indexed_shards(site: Site, document_id: str) -> tuple[str, ...]:
    """Shards that have rows of it by the index, which may be a minute old; sorted."""
    index = site.indexing.index()
    known = [] if index is None else index.shards_of("document_id", document_id)
    return tuple(shard for shard in sorted(known) if site.tables.has("raw_documents", shard))


def shards_of_document(site: Site, document_id: str) -> tuple[str, ...]:
    """Likewise, and all shards that have changed since the index was made; lists the storage."""
    from webscale_rl_dagster.search.updating import stale_documents

    stale = stale_documents(site.tables, site.indexing.folder)
    site.indexing.reload()  # after that: what is not stale now is in the index
    there = {shard for shard in stale if site.tables.has("raw_documents", shard)}
    return tuple(sorted({*indexed_shards(site, document_id), *there}))


def unknown_document(site: Site, asked: str) -> Unknown:
    """With the ids that have the longest beginning in common with what was asked."""
    message = f"there is no document {asked}"
    index = site.indexing.index()
    if index is None or not re.match("[0-9a-f]", asked):
        return Unknown(message)
    for digits in _BEGINNINGS:
        beginning = asked[:digits]
        shards = index.shards_of("document_id", beginning, prefix=True)
        if ids := list(islice(_ids(site, shards[:_SHARDS], beginning), _IDS)):
            return Unknown(message, nearest_digits(asked, ids))
    return Unknown(message)


def _ids(site: Site, shards: list[str], beginning: str) -> Iterator[str]:
    where = starting("document_id", beginning)
    for shard in shards:
        for row in rows_of(site.tables, "raw_documents", shard, where, ["document_id"]):
            yield row["document_id"]
