"""What a release leaves out: benchmark items, repeats among all its pairs, and too much of a kind.

Benchmark items go first, so that none of them is the reason that a clean pair is left out.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Set
from typing import NamedTuple

import polars as pl

from webscale_rl_dagster.decontamination.decontaminator import Decontaminator
from webscale_rl_dagster.decontamination.scanning import Hit
from webscale_rl_dagster.deduplication.release import Question, repeated_questions
from webscale_rl_dagster.errors import ReleaseError
from webscale_rl_dagster.releases.published import Published
from webscale_rl_dagster.storage.tables import Row

_ASKED = ("qa_id", "question", "answer")


class Drop(NamedTuple):
    """Why a pair is left out, and the evidence."""

    reason: str
    duplicate_of: str | None = None
    contamination: Row | None = None


def unclean(
    published: Published,
    decontaminator: Decontaminator | None,
    *,
    released: Set[str] = frozenset(),
    without: Container[str] = frozenset(),
    processes: int = 1,
) -> dict[str, Drop]:
    """By `qa_id`, the pairs that hold benchmark items and those that repeat another.

    Pairs `without` which the release is made are passed over: they are left out already.

    Of pairs alike a `released` one stays, else the first. Memory holds the index of the questions,
    2 KB each; the pairs are read once, and once more where some were released.

    Raises:
        ReleaseError: two pairs have one id.
    """
    drops: dict[str, Drop] = {}

    def clean() -> Iterator[Question]:
        for row, hits in _marked(_rows(published, released, without), decontaminator):
            if hits:
                drops[row["qa_id"]] = Drop("contaminated", contamination=hits[0].evidence())
            else:
                yield row["qa_id"], row["question"], row["answer"]

    for qa_id, kept in repeated_questions(clean(), processes=processes):
        if qa_id == kept:
            raise ReleaseError(f"two published pairs have the id {qa_id}: a table was changed")
        drops[qa_id] = Drop("near_duplicate", duplicate_of=kept)
    return drops


def is_among(ids: pl.Series, those: Container[str]) -> pl.Series:
    """Which of the ids are among those; of many of them, sooner than polars tells it."""
    return pl.Series([qa_id in those for qa_id in ids], dtype=pl.Boolean)


def _rows(published: Published, released: Set[str], without: Container[str]) -> Iterator[Row]:
    """Those that were released come first."""
    for turn in (True, False) if released else (False,):
        step = "cleaning what was released" if turn else "cleaning"
        for _, batch in published.batches(_ASKED, step=step):
            ids = batch["qa_id"]
            wanted = (is_among(ids, released) == turn) & ~is_among(ids, without)
            yield from batch.filter(wanted).iter_rows(named=True)


def _marked(
    rows: Iterable[Row], decontaminator: Decontaminator | None
) -> Iterator[tuple[Row, tuple[Hit, ...]]]:
    if decontaminator is None:
        return ((row, ()) for row in rows)
    return decontaminator.marked(rows, lambda row: [(name, row[name]) for name in _ASKED[1:]])
