from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from webscale_rl_dagster.errors import MarkError, StorageError
from webscale_rl_dagster.identity import qa_id
from webscale_rl_dagster.lineage.agreement import Share, agreement, opinions
from webscale_rl_dagster.lineage.marks import Mark, add_mark, all_marks, marks_of
from webscale_rl_dagster.lineage.readings import reading_of
from webscale_rl_dagster.schemas import FAILED, frame_of
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables

SHARD, OTHER = "wiki/3f9a1c77d0/00000", "wiki/3f9a1c77d0/00001"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOSTILE = "<script>\x00\x1b[2J\u202e../../etc\ud800\udc00 {}%s\n"


def pair(number: int, shard: str = SHARD) -> str:
    return qa_id(shard, {"number": number})


def mark(objects: Objects, number: int, good: bool, by: str = "Ann", **values: Any) -> Mark:
    shard = values.pop("shard", SHARD)
    return add_mark(objects, pair(number, shard), good=good, by=by, **{"note": "", **values})


def outcomes(tables: Tables, table: str, shard: str, rows: dict[int, str | None]) -> None:
    """Rows by number: None is kept, else why it was not."""
    made = [
        {"qa_id": pair(number, shard), "kept": reason is None, "reason": reason}
        for number, reason in rows.items()
    ]
    tables.write(table, shard, frame_of(table, made))


def test_marks_are_added_and_read_oldest_first(objects: Objects) -> None:
    later = mark(objects, 1, False, time=NOON + timedelta(microseconds=1), note="two are right")
    first = mark(objects, 1, True, time=NOON)
    elsewhere = mark(objects, 2, True, shard=OTHER)
    assert marks_of(objects, pair(1)) == [first, later]
    assert later.time == "2026-11-23T12:00:00.000001+00:00"
    assert marks_of(objects, pair(3)) == []
    assert list(all_marks(objects)) == [first, later, elsewhere]
    assert len(list(objects.list("marks"))) == 3


def test_the_same_mark_twice_is_two(objects: Objects) -> None:
    one, two = (mark(objects, 1, True, time=NOON) for _ in range(2))
    assert one != two
    assert {found.id for found in marks_of(objects, pair(1))} == {one.id, two.id}


def test_texts_come_back_as_they_were_but_for_what_utf8_cannot_hold(objects: Objects) -> None:
    mark(objects, 1, False, note=HOSTILE, by=" Ann \n\u202e O'Neill\ud800")
    [found] = marks_of(objects, pair(1))
    assert found.note == HOSTILE.strip().replace("\ud800\udc00", "??")
    assert found.by == "Ann \u202e O'Neill?"
    assert mark(objects, 1, True, by="Zoe\u0308").by == "Zo\u00eb"


@pytest.mark.parametrize(
    "hostile",
    [
        "", ".", "x", "wiki.3f9a1c77d0.00000", "wiki.3f9a1c77d0.00000.",
        "wiki.3f9a1c77d0.00000.../../../../etc/passwd", "wiki.3f9a1c77d0.00000." + "0" * 25,
        "../x.3f9a1c77d0.00000." + "0" * 24, "wiki.3f9a1c77d0.00000." + "0" * 23 + "\n",
        "wiki.3f9a1c77d0.00000." + "\u0660" * 24, "\ud800", "a" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_id_becomes_no_key(objects: Objects, hostile: str) -> None:
    with pytest.raises(MarkError, match="is no id of a pair"):
        add_mark(objects, hostile, good=True, note="", by="Ann")
    assert marks_of(objects, hostile) == []
    assert list(objects.list("")) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"by": "  "}, "needs the name"),
        ({"by": "\u200b\u202e"}, "needs the name"),
        ({"by": "x" * 101}, "the name has 101 characters"),
        ({"note": "x" * 2001}, "the note has 2,001 characters"),
    ],
)
def test_a_mark_has_a_name_and_is_short(
    objects: Objects, values: dict[str, str], said: str
) -> None:
    with pytest.raises(MarkError, match=said):
        mark(objects, 1, True, **values)
    assert list(all_marks(objects)) == []
    assert mark(objects, 1, True, by="x" * 100, note="y" * 2000) in all_marks(objects)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"qa_id": "x"}'])
def test_an_object_that_is_no_mark_is_named(objects: Objects, body: bytes) -> None:
    [key] = [mark(objects, 1, True)] and list(objects.list("marks"))
    objects.put(key, body)
    with pytest.raises(StorageError, match=f"{key} is no mark"):
        list(all_marks(objects))


def test_a_mark_of_another_pair_is_named(objects: Objects) -> None:
    mark(objects, 1, True)
    [key] = objects.list("marks")
    objects.put(key.replace("00000", "00001"), objects.get(key))
    with pytest.raises(StorageError, match="is no mark"):
        list(all_marks(objects))


def test_the_newest_mark_of_a_person_counts_and_the_majority_decides(objects: Objects) -> None:
    said = [("Ann", False), ("Bob", True), ("Ann", True), ("Cem", False)]
    verdicts = []
    for minute, (by, good) in enumerate(said):
        mark(objects, 1, good, by, time=NOON + timedelta(minutes=minute))
        verdicts.append(reading_of(pair(1), marks_of(objects, pair(1))).verdict)
    assert verdicts == ["bad", "contested", "good", "good"]
    reading = reading_of(pair(1), marks_of(objects, pair(1)))
    assert (reading.good, reading.bad) == (2, 1)
    assert [(one.by, one.good) for one in reading.marks] == [
        ("Bob", True), ("Ann", True), ("Cem", False),
    ]  # fmt: skip


def test_agreement_counts_what_the_last_table_says(objects: Objects) -> None:
    tables = Tables(objects)
    outcomes(
        tables, "candidate_qa", SHARD,
        dict.fromkeys((0, 1, 2, 3, 4, 5), None) | {6: "round_trip_failed"},
    )  # fmt: skip
    outcomes(
        tables, "checked_qa", SHARD,
        {0: None, 1: None, 2: "answer_leaked", 3: "answer_leaked", 4: FAILED},
    )  # fmt: skip
    outcomes(tables, "verified_qa", SHARD, {0: None})
    outcomes(tables, "checked_qa", OTHER, {0: None})
    liked = {0: True, 1: False, 2: True, 3: False, 4: True, 5: True, 6: False, 7: True}
    for number, good in liked.items():
        mark(objects, number, good)
    mark(objects, 0, True, "Bob")
    mark(objects, 0, True, shard=OTHER)
    mark(objects, 0, False, "Bob", shard=OTHER)
    found = agreement(opinions(tables))
    assert (found.marked, found.good, found.bad, found.contested) == (9, 5, 3, 1)
    assert found.unjudged == 3  # a failed request, one that waits, one that is gone
    assert found.with_pipeline == Share(3, 5)
    assert found.precision == Share(1, 2)
    assert found.missed == Share(1, 3)
    assert found.between_people == Share(1, 2)


def test_nothing_marked_is_no_figure(objects: Objects) -> None:
    found = agreement(opinions(Tables(objects)))
    assert found.marked == 0
    assert found.precision.interval is None
    empty = {"part": 0, "whole": 0, "share": None, "low": None, "high": None}
    assert found.as_json()["with_pipeline"] == empty


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (5, 10, 0.2366, 0.7634),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_intervals_are_wilsons(part: int, whole: int, low: float, high: float) -> None:
    """The last is the example of Newcombe, Statistics in Medicine 17 (1998), method 3."""
    found = Share(part, whole).as_json()
    assert (found["low"], found["high"]) == pytest.approx((low, high), abs=5e-5)
