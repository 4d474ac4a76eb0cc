"""Finds a pair, published or rejected, by its id alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from webscale_rl_dagster.audit.lookup import rows_of
from webscale_rl_dagster.audit.nearest import NAMED, Unknown, nearest
from webscale_rl_dagster.audit.released import Releases
from webscale_rl_dagster.audit.where import among
from webscale_rl_dagster.corpora.removed import Removed, tombstones
from webscale_rl_dagster.identity import shard_of
from webscale_rl_dagster.storage.tables import Row, Tables

_OUTCOME = ("kept", "reason", "error")


@dataclass(frozen=True, slots=True)
class Pair:
    """What the tables of its shard say of a pair."""

    qa_id: str
    shard: str
    candidate: Row
    """Of `candidate_qa`; if the shard was made anew without it, of the release that holds it."""
    checked: Row | None
    verified: Row | None
    """What became of it there; the rest is what the others say."""
    forgotten: bool
    """Whether only a release knows it."""


def find_pair(tables: Tables, releases: Releases, qa_id: str) -> Pair | Unknown:
    """The shard is read off the id, so nothing is searched but that shard's tables."""
    try:
        shard = shard_of(qa_id)
    except ValueError:
        shard = ""
    wanted = among("qa_id", [qa_id])
    if shard and (candidate := next(rows_of(tables, "candidate_qa", shard, wanted), None)):
        checked = next(rows_of(tables, "checked_qa", shard, wanted), None)
        verified = next(rows_of(tables, "verified_qa", shard, wanted, _OUTCOME), None)
        return Pair(qa_id, shard, candidate, checked, verified, forgotten=False)
    if shard and (row := releases.row(shard, qa_id)):
        return Pair(qa_id, shard, row, row, None, forgotten=True)
    return _unknown(tables, qa_id, shard)


def _unknown(tables: Tables, qa_id: str, shard: str) -> Unknown:
    """Among the ids of its shard, else of the shard most like it, else of none."""
    message = f"there is no pair {qa_id}"
    if (removal := Removed(tombstones(tables.objects)).of_pair(qa_id)) is not None:
        document, tombstone = removal
        why = f"was removed on {tombstone.time[:10]}: {tombstone.reason}"
        return Unknown(f"{message}: its document {document} {why}")
    if shard and tables.has("candidate_qa", shard):
        return Unknown(message, _alike(qa_id, _ids(tables, shard)))
    keys = {key.replace("/", "."): key for key in tables.shards("candidate_qa")}
    near = nearest(qa_id.rpartition(".")[0] or qa_id, keys)
    ids = (name for key in near for name in _ids(tables, keys[key]))
    return Unknown(f"{message}, and no such shard", _alike(qa_id, ids) or near)


def _alike(qa_id: str, known: Iterator[str]) -> tuple[str, ...]:
    """By the digits, for what is before them is the same in all ids of a shard."""
    digits = {name.rpartition(".")[2]: name for name in known}
    near = nearest(qa_id.rpartition(".")[2], digits)
    return tuple(digits[name] for name in near)[:NAMED]


def _ids(tables: Tables, shard: str) -> Iterator[str]:
    for row in tables.rows("candidate_qa", shard, columns=["qa_id"]):
        yield row["qa_id"]
