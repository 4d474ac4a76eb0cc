"""The provenance of a pair: everything between the file it was read from and its release."""

from __future__ import annotations

from typing import Any

from webscale_rl_dagster.audit.asked import Text, calls_behind
from webscale_rl_dagster.audit.calls import Call
from webscale_rl_dagster.audit.demonstrations import shown_demonstrations
from webscale_rl_dagster.audit.documents import document_row, told_document
from webscale_rl_dagster.audit.lookup import rows_of
from webscale_rl_dagster.audit.pairs import Pair
from webscale_rl_dagster.audit.released import Place, Releases
from webscale_rl_dagster.audit.where import among
from webscale_rl_dagster.corpora.removed import Removed, tombstones
from webscale_rl_dagster.lineage.state import ShardState
from webscale_rl_dagster.schemas import STAGES, TABLES
from webscale_rl_dagster.storage.tables import Row, Tables

_OUTCOME = ("kept", "reason", "error")
_PLACE = ("qa_id", "document_id", "window_start", "window_end")
_ELSEWHERE = (*_PLACE, *_OUTCOME, "verdicts", "evidence_start", "evidence_end")
_OF_PAIR = ("style", "persona", "domain", "sample", "tries", "round_trip", "prompt_version")


def provenance(tables: Tables, releases: Releases, pair: Pair, state: ShardState) -> dict[str, Any]:
    """What `webscale-rl trace --json` prints; docs/audit.md has the meaning of each key."""
    candidate = pair.candidate
    document = document_row(tables, pair.shard, candidate["document_id"])
    window = None if pair.forgotten else candidate["window"]
    filtered = _window(tables, "filtered_documents", pair, window)
    classified = _window(tables, "classified_documents", pair, window)
    calls = calls_behind(tables.objects, pair, _text(document, filtered))
    places = list(releases.of_pair(pair.shard, pair.qa_id))
    raw = document and {"kept": True}
    stages = _stages(pair, state, raw, filtered, classified)
    last = state.made.get(next(reversed(stages), ""))
    return {
        "qa_id": pair.qa_id,
        "question": candidate["question"],
        "answer": candidate["answer"],
        **{name: candidate.get(name) for name in _OF_PAIR},
        "generator_model": candidate.get("model") or candidate.get("generator_model"),
        "shard": pair.shard,
        "published": pair.verified is not None and bool(pair.verified["kept"]) and state.open,
        "release": next((place.release for place in places if place.split and place.open), None),
        "releases": [_placed(place) for place in places],
        "run_id": last and last.run_id,
        "code_version": last and last.code_version,
        "gate": {"open": state.open, "failed": state.failed},
        "verdicts": (pair.checked or {}).get("verdicts") or {},
        "stages": stages,
        "filter": _without(filtered),
        "classification": _without(classified),
        "check": _check(pair.checked),
        "demonstrations": shown_demonstrations(candidate, calls),
        "calls": [call | {"current": _is_current(call, state)} for call in calls],
        "removed": None if document else _removed(tables, candidate["document_id"]),
        "document": told_document(tables.objects, pair, document, filtered),
    }


def _removed(tables: Tables, document_id: str) -> dict[str, str] | None:
    """Why a document is no longer in its shard, if it was removed."""
    tombstone = Removed(tombstones(tables.objects)).of_document(document_id)
    return None if tombstone is None else tombstone.told


def _window(tables: Tables, table: str, pair: Pair, number: int | None) -> Row | None:
    """The row of the pair's window; without its number, of a document that has but one."""
    wanted = among("document_id", [pair.candidate["document_id"]])
    rows = list(rows_of(tables, table, pair.shard, wanted))
    if number is None:
        return rows[0] if len(rows) == 1 else None
    return next((row for row in rows if row["window"] == number), None)


def _text(document: Row | None, filtered: Row | None) -> Text:
    if document is None or filtered is None:
        return Text(None, (document or {}).get("title") or "")
    span = slice(filtered["window_start"], filtered["window_end"])
    return Text(document["text"][span], document["title"] or "")


def _stages(
    pair: Pair, state: ShardState, raw: Row | None, filtered: Row | None, classified: Row | None
) -> dict[str, dict[str, Any]]:
    """What each stage that the pair has reached said of it, by whom it was made, and its gate."""
    forgotten = pair.forgotten
    rows: dict[str, Row | None] = {
        "raw_documents": raw,
        "filtered_documents": filtered,
        "classified_documents": classified,
        "candidate_qa": None if forgotten else pair.candidate,
        "checked_qa": None if forgotten else pair.checked,
        "verified_qa": None if forgotten else pair.verified,
    }
    gates = {gate.asset: gate for gate in state.gates}
    found = {}
    for stage in STAGES:
        if (row := rows[stage]) is None:
            continue
        made, gate = state.made.get(stage), gates.get(stage)
        found[stage] = {name: row.get(name) for name in _OUTCOME} | {
            "run_id": made and made.run_id,
            "code_version": made and made.code_version,
            "materialized": made and made.time,
            "gate": gate and {"state": gate.state, "why": gate.why},
        }
    return found


def _placed(place: Place) -> dict[str, Any]:
    return {
        "release": place.release,
        "open": place.open,
        "failed": list(place.failed),
        "split": place.split,
        "reason": place.reason,
        "duplicate_of": place.duplicate_of,
    }


def _without(row: Row | None) -> dict[str, Any] | None:
    """A window's row without its place, which the document tells."""
    if row is None:
        return None
    return {name: value for name, value in row.items() if name not in _PLACE}


def _check(checked: Row | None) -> dict[str, Any] | None:
    if checked is None:
        return None
    names = [name for name in TABLES["checked_qa"].names() if name not in _ELSEWHERE]
    return {name: checked.get(name) for name in names}


def _is_current(call: Call, state: ShardState) -> bool | None:
    """Whether the stage's table was last made with the call's prompt; None if nobody knows."""
    made = state.made.get(call["stage"])
    if made is None or made.code_version is None:
        return None
    return call["template_sha"] in made.code_version.split("+")
