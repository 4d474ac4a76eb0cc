"""What a document's page shows, of what `audit.fate` found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import polars as pl

from webscale_rl_dagster.audit.lookup import rows_of
from webscale_rl_dagster.audit.sources import Meant
from webscale_rl_dagster.audit.where import among
from webscale_rl_dagster.storage.tables import Row, Tables

_OF_PAIRS = ("candidate_qa", "checked_qa", "verified_qa")
_OF_WINDOWS = ("filtered_documents", "classified_documents")
_TOLD = ("text", "language", "metadata", "ingested_at", "kept")

Fate = Mapping[str, Any]


@dataclass(slots=True)
class Candidate:
    """A pair that was made of the document, at the last stage that it came to."""

    qa_id: str
    question: str | None = None
    answer: str | None = None
    persona: str | None = None
    stage: str | None = None
    """None: only a release knows it."""
    kept: bool = False
    reason: str | None = None
    error: str | None = None
    published: bool = False
    releases: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    """Release, split, and if it was left out the reason."""


def candidates(tables: Tables, fate: Fate, *, most: int) -> list[Candidate]:
    """The first ones, in the order in which they were written."""
    found = {qa_id: Candidate(qa_id) for qa_id in fate["qa_ids"][:most]}
    rows = [
        (stage, row)
        for stage in _OF_PAIRS
        for row in fate["stages"].get(stage, {"rows": []})["rows"]
        if row["qa_id"] in found
    ]
    for stage, row in rows:
        one = found[row["qa_id"]]
        one.stage, one.kept, one.reason, one.error = stage, row["kept"], row["reason"], row["error"]
        one.persona = row.get("persona", one.persona)
    for qa_id in fate["published"]:
        if qa_id in found:
            found[qa_id].published = True
    for place in (*fate["released"], *fate["left_out"]):
        if place["qa_id"] in found:
            told = place["release"], place.get("split"), place.get("reason")
            found[place["qa_id"]].releases.append(told)
    if found:
        wanted = among("qa_id", list(found))
        columns = ["qa_id", "question", "answer"]
        for row in rows_of(tables, "candidate_qa", fate["shard"], wanted, columns):
            found[row["qa_id"]].question = row["question"]
            found[row["qa_id"]].answer = row["answer"]
    return list(found.values())


def windows(fate: Fate) -> list[dict[str, Any]]:
    """Each with its place and what the filter and the classification said of it, if they did."""
    found: dict[int, dict[str, Any]] = {}
    for stage in _OF_WINDOWS:
        for row in fate["stages"].get(stage, {"rows": []})["rows"]:
            place = {"number": row["window"], "start": row["window_start"]}
            known = found.setdefault(row["window"], place | {"end": row["window_end"]})
            known[stage] = row
    return list(found.values())


def told_row(tables: Tables, fate: Fate) -> Row:
    """The row that holds the text; of those that do not, the first. A repeat has a null text."""
    wanted = among("document_id", [fate["document_id"]])
    rows = rows_of(tables, "raw_documents", fate["shard"], wanted, list(_TOLD))
    first = next(rows)
    return next((row for row in chain([first], rows) if row["text"] is not None), first)


@dataclass(slots=True)
class RowsMeant:
    """The rows of `raw_documents` that are one document, each with its `shard`."""

    told: Row
    """The kept one, or else the first."""
    repeats: list[Row]
    """The first of the others."""
    left_out: int
    """How many more there are."""


def rows_meant(tables: Tables, meant: Meant, *, most: int) -> RowsMeant | None:
    """None if there are none. Memory holds a part of a shard, however many there are."""
    told, total = None, 0
    first: list[Row] = []
    for shard, frame in meant.documents(tables):
        total += frame.height
        rows = frame.with_columns(shard=pl.lit(shard))
        first += rows.head(most + 1 - len(first)).rows(named=True)
        if told is None and (kept := rows.filter("kept")).height:
            told = kept.row(0, named=True)
    if not first:
        return None
    told = told or first[0]
    repeats = [row for row in first if row != told][:most]
    return RowsMeant(told, repeats, total - 1 - len(repeats))
