"""Marks by pair: what people, together, say of it, and what the pipeline said."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import polars as pl

from webscale_rl_dagster.identity import shard_of
from webscale_rl_dagster.lineage.marks import Mark, all_marks
from webscale_rl_dagster.schemas import FAILED
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables

_JUDGED = ("candidate_qa", "checked_qa", "verified_qa")


@dataclass(frozen=True, slots=True)
class Reading:
    """A pair that people marked."""

    qa_id: str
    marks: tuple[Mark, ...]
    """The newest of each person, in the order in which they came."""

    @property
    def good(self) -> int:
        """How many people call it good."""
        return sum(mark.good for mark in self.marks)

    @property
    def bad(self) -> int:
        """How many people call it bad."""
        return len(self.marks) - self.good

    @property
    def verdict(self) -> Literal["good", "bad", "contested"]:
        """That of the majority."""
        if self.good == self.bad:
            return "contested"
        return "good" if self.good > self.bad else "bad"


def reading_of(qa_id: str, marks: Collection[Mark]) -> Reading:
    """Of all marks of a pair, oldest first; of a person the last one counts."""
    newest: dict[str, Mark] = {}
    for mark in marks:
        newest.pop(mark.by, None)
        newest[mark.by] = mark
    return Reading(qa_id, tuple(newest.values()))


def readings(objects: Objects) -> Iterator[tuple[str, list[Reading]]]:
    """Every shard that has a marked pair, with those pairs."""
    found = (
        reading_of(qa_id, list(marks))
        for qa_id, marks in groupby(all_marks(objects), key=lambda mark: mark.qa_id)
    )
    for shard, some in groupby(found, key=lambda reading: shard_of(reading.qa_id)):
        yield shard, list(some)


def accepted(tables: Tables, shard: str, qa_ids: Collection[str]) -> dict[str, bool]:
    """Whether the pipeline accepted these pairs, by the last table of the shard that has them.

    A pair is missing if it was not judged to the end: it waits for its check, a request about it
    failed, or the shard was made anew without it.
    """
    found: dict[str, bool] = {}
    for table in _JUDGED:
        if not tables.has(table, shard):
            continue
        for batch in tables.open(table, shard).batches(["qa_id", "kept", "reason"]):
            rows = batch.filter(pl.col("qa_id").is_in(list(qa_ids)))
            for qa_id, kept, reason in rows.iter_rows():
                found.pop(qa_id, None)
                if reason != FAILED and (not kept or table != "candidate_qa"):
                    found[qa_id] = kept
    return found
