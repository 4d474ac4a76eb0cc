"""What became of documents: stage by stage, to the pairs made of them and the releases of those."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from webscale_rl_dagster.audit.lookup import rows_of
from webscale_rl_dagster.audit.released import Place, Releases
from webscale_rl_dagster.audit.sources import Meant
from webscale_rl_dagster.audit.where import among
from webscale_rl_dagster.corpora.removed import REMOVED, Removed, Tombstone, tombstones
from webscale_rl_dagster.lineage.state import ShardState
from webscale_rl_dagster.schemas import FAILED, STAGES
from webscale_rl_dagster.storage.tables import Row, Tables

_AT_ONCE = 2000
"""Documents of a shard that are looked up together: memory holds their rows of every stage."""

_OUTCOME = ("kept", "reason", "error")
_WINDOW = ("window", "window_start", "window_end")
_COLUMNS = {
    "filtered_documents": (*_WINDOW, *_OUTCOME, "model_reason"),
    "classified_documents": (*_WINDOW, *_OUTCOME, "domain", "model_reason"),
    "candidate_qa": ("qa_id", "window", "persona", *_OUTCOME),
    "checked_qa": ("qa_id", *_OUTCOME, "duplicate_of", "model_reason"),
    "verified_qa": ("qa_id", *_OUTCOME),
}
_Rows = dict[str, dict[str, list[Row]]]
"""By stage and document; a stage that is not made for the shard is not there."""


def fates(
    tables: Tables, releases: Releases, meant: Meant, state: Callable[[str], ShardState]
) -> Iterator[dict[str, Any]]:
    """An item of `webscale-rl fate --json` for each row of `raw_documents` that is meant.

    A repeat of a document is an item of its own, with the first stage only. Memory holds a part of
    a shard, however many documents are meant. `state` is asked once for each shard.
    """
    of_shard: tuple[str, ShardState] | None = None
    removals = cache(lambda: Removed(tombstones(tables.objects)))
    for shard, frame in meant.documents(tables):
        if of_shard is None or of_shard[0] != shard:
            of_shard = shard, state(shard)
        for part in frame.iter_slices(_AT_ONCE):
            documents = part.rows(named=True)
            rows = _stage_rows(tables, shard, documents)
            places = _places(releases, shard, documents)
            for document in documents:
                removed = None if document["kept"] else removals().of_row(document)
                yield _fate(shard, document, rows, places, of_shard[1], removed)


def _stage_rows(tables: Tables, shard: str, documents: Sequence[Row]) -> _Rows:
    ids = [document["document_id"] for document in documents if document["kept"]]
    found: _Rows = {}
    for stage, columns in _COLUMNS.items():
        if not tables.has(stage, shard):
            continue
        found[stage] = defaultdict(list)
        if ids:
            wanted = among("document_id", ids)
            for row in rows_of(tables, stage, shard, wanted, ["document_id", *columns]):
                found[stage][row.pop("document_id")].append(row)
    return found


def _places(releases: Releases, shard: str, documents: Sequence[Row]) -> dict[str, list[Place]]:
    ids = [document["document_id"] for document in documents if _had_pairs(document)]
    found: dict[str, list[Place]] = defaultdict(list)
    for place in releases.of_documents(shard, ids) if ids else ():
        found[place.document_id].append(place)
    return found


def _had_pairs(document: Row) -> bool:
    """Whether pairs may have been made of it: it is kept, or was before it was removed."""
    repeats_itself = document["duplicate_of"] == document["document_id"]
    return bool(document["kept"] or (document["reason"] == REMOVED and not repeats_itself))


def _fate(
    shard: str,
    document: Row,
    rows: _Rows,
    places: dict[str, list[Place]],
    state: ShardState,
    removed: Tombstone | None,
) -> dict[str, Any]:
    stages = {"raw_documents": {name: document[name] for name in _OUTCOME} | {"rows": []}}
    if document["kept"]:
        own = {stage: some.get(document["document_id"], []) for stage, some in rows.items()}
        stages |= {stage: _together(some) for stage, some in own.items() if some}
    verified = _ids(stages, "verified_qa", kept=True)
    placed = places.get(document["document_id"], []) if _had_pairs(document) else []
    candidates = _ids(stages, "candidate_qa", kept=False)
    if removed is not None and _had_pairs(document):
        candidates += removed.documents.get(document["document_id"], [])
    qa_ids = list(dict.fromkeys([*candidates, *(place.qa_id for place in placed)]))
    outcome, stage = _outcome(stages, rows, state)
    names = ("document_id", "corpus", "source_uri", "source_row", "url", "title", "licence")
    return {name: document[name] for name in names} | {
        "shard": shard,
        "removed": None if removed is None else removed.told,
        "duplicate_of": document["duplicate_of"],
        "outcome": outcome,
        "outcome_stage": stage,
        "stages": stages,
        "qa_ids": qa_ids,
        "published": verified if state.open else [],
        "released": [
            {"qa_id": place.qa_id, "release": place.release, "split": place.split}
            for place in placed
            if place.split
        ],
        "left_out": [
            {"qa_id": place.qa_id, "release": place.release, "reason": place.reason}
            for place in placed
            if not place.split
        ],
        "gate": {"open": state.open, "failed": state.failed},
    }


def _together(rows: Sequence[Row]) -> dict[str, Any]:
    """One verdict of the rows that a stage has of a document: kept if any is.

    The reason is the most frequent one, of equally frequent ones the first.
    """
    kept = any(row["kept"] for row in rows)
    reasons = Counter(row["reason"] for row in rows if not row["kept"])
    reason = None if kept else max(reasons, key=lambda name: reasons[name])
    errors = (row["error"] for row in rows if row["reason"] == reason)
    error = None if kept else next(errors)
    return {"kept": kept, "reason": reason, "error": error, "rows": list(rows)}


def _ids(stages: dict[str, dict[str, Any]], stage: str, *, kept: bool) -> list[str]:
    rows = stages.get(stage, {"rows": []})["rows"]
    return [row["qa_id"] for row in rows if row["kept"] or not kept]


def _outcome(
    stages: dict[str, dict[str, Any]], rows: _Rows, state: ShardState
) -> tuple[str, str | None]:
    """What is told in docs/audit.md; the stage is the first that has no kept row of it."""
    for stage in STAGES:
        if stage in stages and stages[stage]["kept"]:
            continue
        if stage in stages:
            return ("failed" if stages[stage]["reason"] == FAILED else "dropped"), stage
        if stage in rows:
            return "out_of_date", stage
        return ("gate_shut" if state.failed else "waiting"), stage
    return ("published" if state.open else "gate_shut"), None
