"""What a removal comes to: documents, those that nearly repeat them, shards and pairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from webscale_rl_dagster.audit.lookup import rows_of
from webscale_rl_dagster.audit.released import Releases
from webscale_rl_dagster.audit.where import among
from webscale_rl_dagster.corpora.known import DUPLICATE, NEAR_DUPLICATE
from webscale_rl_dagster.corpora.removed import REMOVED
from webscale_rl_dagster.lineage.records import made_of
from webscale_rl_dagster.lineage.state import shard_state
from webscale_rl_dagster.removal.selecting import Selector, rows_everywhere
from webscale_rl_dagster.schemas import STAGES
from webscale_rl_dagster.storage.tables import Tables

_MADE = STAGES[1:]
_NEAR = (NEAR_DUPLICATE, REMOVED)


@dataclass(frozen=True, slots=True)
class Found:
    """Documents to be removed, and where they are."""

    documents: frozenset[str]
    near: frozenset[str]
    """Documents that were dropped as near duplicates of those, which have texts of their own."""
    shards: Mapping[str, frozenset[str]]
    """By shard that is to be rewritten, the ids of both that have a text in it."""
    pairs: Mapping[str, list[str]]
    """By id of a document in those shards: pairs made of it, whatever became of them."""
    published: int
    released: int
    """Pairs in at least one release."""

    @property
    def all(self) -> frozenset[str]:
        return self.documents | self.near


def find(tables: Tables, selector: Selector) -> Found:
    """Everything that a selector means, wherever its texts are.

    A document is its text: a repeat that is meant, at another URL, means the document that is kept.
    Reads one column of every shard up to three times. Memory holds the ids.
    """
    documents = selector.ids(tables)
    near = near_duplicates(tables, documents)
    shards = with_texts(tables, documents | near)
    pairs, published, released = _pairs(tables, shards)
    return Found(frozenset(documents), frozenset(near), shards, pairs, published, released)


def near_duplicates(tables: Tables, ids: Collection[str]) -> set[str]:
    """Ids of what was dropped for nearly repeating one of these, those themselves left out."""
    columns = ["document_id", "reason"]
    found: set[str] = set()
    for _, frame in _rows(tables, "duplicate_of", ids, columns):
        found.update(frame.filter(pl.col("reason").is_in(_NEAR))["document_id"])
    return found - set(ids)


def with_texts(tables: Tables, ids: Collection[str]) -> dict[str, frozenset[str]]:
    """By shard, which of these documents have a text there and are not removed."""
    found: dict[str, set[str]] = defaultdict(set)
    without = pl.col("reason").is_in((DUPLICATE, REMOVED)).fill_null(False)
    for shard, frame in _rows(tables, "document_id", ids, ["document_id", "reason"]):
        if there := set(frame.filter(~without)["document_id"]):
            found[shard] |= there
    return {shard: frozenset(there) for shard, there in found.items()}


def unfinished(tables: Tables, ids: Collection[str]) -> list[str]:
    """Shards that still show such a document, in a row or in what was made of it."""
    found = set(with_texts(tables, ids))
    removed = pl.col("reason") == REMOVED
    for shard, frame in _rows(tables, "document_id", ids, ["document_id", "reason"]):
        if shard not in found and frame.filter(removed).height and to_be_made(tables, shard, ids):
            found.add(shard)
    return sorted(found)


def to_be_made(tables: Tables, shard: str, ids: Collection[str]) -> bool:
    """Whether pairs were made of the shard, and of another `raw_documents` than it has now.

    A gate that was shut since then settles it, once no table has rows of these documents.
    """
    if not was_made(tables, shard):
        return False
    state = shard_state(tables, shard)
    first = next((gate for gate in state.gates if gate.state != "open"), None)
    return first is not None and (first.state != "failed" or bool(stages_with(tables, shard, ids)))


def was_made(tables: Tables, shard: str) -> bool:
    """Whether pairs were ever made of it, be their tables deleted since."""
    first = _MADE[0]
    return tables.has(first, shard) or first in made_of(tables.objects, shard)


def stages_with(tables: Tables, shard: str, ids: Collection[str]) -> list[str]:
    """Stages after `raw_documents` whose tables have rows of these documents."""
    wanted = among("document_id", ids)
    return [stage for stage in _MADE if any(rows_of(tables, stage, shard, wanted, ["document_id"]))]


def _pairs(
    tables: Tables, shards: Mapping[str, frozenset[str]]
) -> tuple[dict[str, list[str]], int, int]:
    """Ids by document; how many are published, and how many are in a release."""
    releases = Releases(tables.objects)
    pairs: dict[str, dict[str, None]] = defaultdict(dict)
    released: set[str] = set()
    published = 0
    for shard, ids in shards.items():
        wanted = among("document_id", ids)
        for row in rows_of(tables, "candidate_qa", shard, wanted, ["document_id", "qa_id"]):
            pairs[row["document_id"]][row["qa_id"]] = None
        for place in releases.of_documents(shard, ids):
            pairs[place.document_id][place.qa_id] = None
            released.update([place.qa_id] if place.split else ())
        if shard_state(tables, shard).open:
            verified = rows_of(tables, "verified_qa", shard, wanted, ["kept"])
            published += sum(row["kept"] for row in verified)
    return {identity: list(found) for identity, found in pairs.items()}, published, len(released)


def _rows(
    tables: Tables, column: str, ids: Collection[str], columns: list[str]
) -> Iterable[tuple[str, pl.DataFrame]]:
    return rows_everywhere(tables, among(column, ids), columns) if ids else ()
