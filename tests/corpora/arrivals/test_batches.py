"""What is ingested next, what its runs came to, and how often it is tried."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import polars as pl
import pytest

from webscale_rl_dagster.corpora.arrivals import batches
from webscale_rl_dagster.corpora.arrivals.batches import (
    Arrival,
    Batch,
    after_lost_run,
    next_files,
    open_batch,
    with_batch,
    with_retries,
)
from webscale_rl_dagster.corpora.arrivals.listing import Listed
from webscale_rl_dagster.corpora.arrivals.outcomes import (
    drop_outcomes,
    has_outcomes,
    read_outcomes,
    record_outcome,
)
from webscale_rl_dagster.corpora.arrivals.rows import (
    ATTEMPTS,
    SCHEMA,
    Outcome,
    OutcomeState,
    with_listed,
    with_outcomes,
    without_absent,
)
from webscale_rl_dagster.corpora.arrivals.standing import freshness_of, standing_of
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.storage.objects import Objects

NOW = datetime.now(UTC)
OLD = NOW - timedelta(hours=5)


def rows_of(*names: str, modified: datetime = OLD, size: int = 2) -> pl.DataFrame:
    files = [Listed(name, "1", size, modified) for name in names]
    return with_listed(pl.DataFrame(schema=SCHEMA), files, listing=1)


def outcome(state: OutcomeState, name: str = "a", at: datetime = NOW) -> Outcome:
    reason = None if state == "ingested" else "no record could be read"
    return Outcome(uri=name, version="1", state=state, at=at, reason=reason, shards=("towns/1",))


def wanted(
    rows: pl.DataFrame, most: int = 10, settles_s: float = 0.0, most_bytes: int = 100
) -> list[str]:
    found = next_files(rows, settles_s=settles_s, most_files=most, most_bytes=most_bytes)
    return [f"{file.uri}@{file.version}" for file in found]


def begun(rows: pl.DataFrame, name: str = "batch") -> tuple[pl.DataFrame, Batch]:
    """The next batch, put on record."""
    files = next_files(rows, settles_s=0, most_files=10)
    batch = Batch(name, files)
    return with_batch(rows, batch), batch


@pytest.fixture
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_RESTS", timedelta())


def test_files_come_in_the_order_of_their_arrival() -> None:
    later = [Listed("a", "1", 2, NOW)]
    rows = with_listed(rows_of("b", "c"), later, listing=2)
    assert wanted(rows) == ["b@1", "c@1", "a@1"]


def test_never_more_than_there_is_room_for() -> None:
    rows = rows_of("a", "b", "c")
    assert wanted(rows, most=2) == ["a@1", "b@1"]


def test_a_batch_holds_so_many_bytes_or_one_larger_file() -> None:
    rows = rows_of("a", "b", "c", size=40)
    assert wanted(rows) == ["a@1", "b@1"]
    assert wanted(rows, most_bytes=10) == ["a@1"]


def test_a_batch_is_open_until_each_of_its_files_has_an_outcome() -> None:
    rows, batch = begun(rows_of("a", "b"))
    rows = with_listed(rows, [Listed("c", "1", 2, OLD)], listing=2)
    assert open_batch(rows) == batch
    rows = with_outcomes(rows, [outcome("ingested")])
    assert open_batch(rows) == Batch("batch", batch.files[1:])
    rows = with_outcomes(rows, [outcome("failed", "b")])
    assert open_batch(rows) is None
    assert wanted(rows) == ["c@1"]


def test_a_file_that_may_still_be_written_to_is_left_alone() -> None:
    assert wanted(rows_of("a", modified=NOW + timedelta(days=1)), settles_s=3600) == []
    assert wanted(rows_of("a"), settles_s=3600) == ["a@1"]


def test_a_deleted_file_is_not_asked_for() -> None:
    assert wanted(without_absent(rows_of("a"), listing=2)) == []


@pytest.mark.parametrize("state", ["ingested", "failed"])
def test_an_outcome_ends_the_matter(state: Literal["ingested", "failed"]) -> None:
    rows = with_outcomes(rows_of("a", "b"), [outcome(state)])
    assert wanted(rows) == ["b@1"]
    assert rows.row(0, named=True)["state"] == state


def test_of_two_runs_the_one_that_ingested_prevails() -> None:
    both = [outcome("ingested"), outcome("failed")]
    rows = with_outcomes(rows_of("a"), both)
    assert rows["state"].to_list() == ["ingested"]
    assert with_outcomes(rows, [outcome("failed")]).equals(rows)


def test_outcomes_lie_on_storage_until_they_are_dropped(objects: Objects) -> None:
    record_outcome(objects, "towns", "run-1", outcome("ingested"))
    record_outcome(objects, "towns", "run-2", outcome("failed", "b"))
    found = read_outcomes(objects, "towns", most=10)
    assert [one.uri for one in found.values()] == ["a", "b"]
    assert len(read_outcomes(objects, "towns", most=1)) == 1
    assert has_outcomes(objects, "towns")
    drop_outcomes(objects, found)
    assert read_outcomes(objects, "towns", most=10) == {}
    assert not has_outcomes(objects, "towns")


def test_what_is_no_outcome_is_passed_over_or_named(objects: Objects) -> None:
    objects.put("arrivals/towns/outcomes/notes.txt", b"of a person")
    assert read_outcomes(objects, "towns", most=10) == {}
    assert not has_outcomes(objects, "towns")
    objects.put("arrivals/towns/outcomes/run/00000.json", b'{"of": "another version"}')
    with pytest.raises(StorageError, match=r"outcomes/run/00000\.json is no outcome of"):
        read_outcomes(objects, "towns", most=10)


def test_a_new_version_of_what_failed_is_tried() -> None:
    rows = with_outcomes(rows_of("a"), [outcome("failed")])
    rows = with_listed(rows, [Listed("a", "2", 2, NOW)], listing=2)
    assert wanted(rows) == ["a@2"]
    assert standing_of(rows).failed == 0


@pytest.mark.usefixtures("no_rest")
def test_the_file_that_a_lost_run_read_is_tried_alone_and_given_up() -> None:
    rows = rows_of("a", "b", "c")
    taken = []
    for _ in range(ATTEMPTS):
        rows, batch = begun(rows)
        taken.append([file.uri for file in batch.files])
        rows = after_lost_run(rows, batch, batch.files[0])
        assert open_batch(rows) is None
    assert taken == [["a", "b", "c"], ["a"], ["a"]]
    assert wanted(rows) == ["b@1", "c@1"]
    [failure] = standing_of(rows).failures
    assert failure.reason == "3 runs of ingest_corpus ended while they read it: their logs say why"


def test_a_lost_run_costs_no_file_that_it_did_not_read() -> None:
    """It came to none, or the one it was at is another by now."""
    rows, batch = begun(rows_of("a", "b"))
    assert after_lost_run(rows, batch, None)["attempts"].to_list() == [0, 0]
    rows = with_listed(rows, [Listed("a", "2", 2, OLD)], listing=2)
    left = open_batch(rows)
    assert left == Batch("batch", [Arrival("b", "1")])
    rows = after_lost_run(rows, left, Arrival("a", "1"))
    assert rows["attempts"].to_list() == [0, 0, 0]
    assert wanted(rows) == ["b@1", "a@2"]


def test_a_batch_is_put_on_record_beside_no_other() -> None:
    """As by a tick that goes on after Dagster gave it up."""
    rows, batch = begun(rows_of("a", "b"))
    again = with_batch(rows, Batch("other", batch.files))
    assert open_batch(again) == batch
    assert again.equals(rows)


def test_files_that_could_not_be_read_are_tried_together_with_others() -> None:
    """The disk was full for a minute: each alone, they would hold up the corpus for days."""
    at = datetime.now(UTC) - timedelta(minutes=11)
    told = [outcome("unreadable", name, at) for name in "abc"]
    rows = with_outcomes(rows_of("a", "b", "c"), told)
    rows = with_listed(rows, [Listed("d", "1", 2, OLD)], listing=2)
    assert wanted(rows) == ["a@1", "b@1", "c@1", "d@1"]


@pytest.mark.usefixtures("no_rest")
def test_a_file_that_could_not_be_read_and_then_ended_a_run_is_tried_alone() -> None:
    rows = with_outcomes(rows_of("a", "b"), [outcome("unreadable")])
    rows, batch = begun(rows)
    assert wanted(after_lost_run(rows, batch, batch.files[0])) == ["a@1"]


@pytest.mark.usefixtures("no_rest")
def test_an_outage_gives_up_no_file() -> None:
    """While nothing is ingested, it is not the files."""
    rows = rows_of("a", "b")
    for hour in range(6):
        at = NOW + timedelta(hours=hour)
        rows = with_outcomes(rows, [outcome("unreadable", name, at) for name in "ab"])
    assert rows["state"].to_list() == ["waiting", "waiting"]
    over = NOW + timedelta(hours=7)
    rows = with_outcomes(rows, [outcome("ingested", "a", over), outcome("unreadable", "b", over)])
    assert rows["state"].to_list() == ["ingested", "failed"]


def test_a_file_that_was_tried_rests_longer_each_time() -> None:
    rows = rows_of("a")
    for minutes in (10, 100):
        told = outcome("unreadable", at=datetime.now(UTC) - timedelta(minutes=minutes - 1))
        assert wanted(with_outcomes(rows, [told])) == []
        told = outcome("unreadable", at=datetime.now(UTC) - timedelta(minutes=minutes + 1))
        assert wanted(with_outcomes(rows, [told])) == ["a@1"]
        rows = with_outcomes(rows, [told]).with_columns(done_at=pl.lit(None, SCHEMA["done_at"]))


@pytest.mark.parametrize("state", ["unreadable", "replaced"])
def test_what_may_pass_is_no_failure_until_it_lasts(
    state: Literal["unreadable", "replaced"],
) -> None:
    rows = rows_of("a", *"bcd")
    states = []
    for attempt in range(ATTEMPTS):
        at = NOW + timedelta(hours=attempt)
        rows = with_outcomes(rows, [outcome(state, at=at), outcome("ingested", "bcd"[attempt], at)])
        rows = with_listed(rows, [Listed("a", "1", 2, OLD)], listing=2)
        states.append(rows["state"][0])
    assert states == ["waiting", "waiting", "failed"]


def test_a_version_that_a_run_missed_waits_when_it_is_back() -> None:
    rows, _ = begun(rows_of("a"))
    rows = with_outcomes(rows, [outcome("replaced")])
    rows = without_absent(rows, listing=2)
    assert (rows["state"][0], wanted(rows), open_batch(rows)) == ("replaced", [], None)
    rows = with_listed(rows, [Listed("a", "1", 2, OLD)], listing=3)
    assert rows["state"].to_list() == ["waiting"]
    assert rows["deleted_at"].to_list() == [None]


def test_an_outcome_that_is_read_twice_counts_once() -> None:
    """The process died after it wrote the ledger, before it dropped the outcome."""
    told = outcome("unreadable")
    rows = with_outcomes(rows_of("a"), [told])
    assert with_outcomes(rows, [told]).equals(rows)
    failed = with_outcomes(rows_of("a"), [outcome("failed")])
    retried = with_retries(failed)
    assert with_outcomes(retried, [outcome("failed")]).equals(retried)


def test_a_retry_has_all_its_attempts() -> None:
    rows = with_retries(with_outcomes(rows_of("a"), [outcome("failed")]))
    assert rows["attempts"].to_list() == [ATTEMPTS]
    assert wanted(rows) == ["a@1"]


def test_counts_are_of_the_newest_versions() -> None:
    rows = with_outcomes(rows_of("a", "b", "c"), [outcome("ingested"), outcome("failed", "b")])
    rows = with_listed(rows, [Listed("a", "2", 2, NOW), Listed("b", "1", 2, OLD)], listing=2)
    standing = standing_of(without_absent(rows, listing=2))
    assert (standing.files, standing.waiting, standing.ingested) == (2, 1, 0)
    assert (standing.failed, standing.deleted) == (1, 1)


def test_what_the_first_listing_shows_arrived_when_it_was_changed() -> None:
    assert standing_of(rows_of("a")).last_arrival == OLD
    later = with_listed(rows_of("a"), [Listed("b", "1", 2, OLD)], listing=2)
    last = standing_of(later).last_arrival
    assert last is not None
    assert last >= NOW


@pytest.mark.parametrize(("expected_every", "fresh"), [(4, False), (6, True)])
def test_a_corpus_goes_quiet(expected_every: float, fresh: bool) -> None:
    rows = rows_of("a", modified=datetime.now(UTC) - timedelta(hours=5))
    found = freshness_of(rows, expected_every)
    assert found.fresh is fresh
    assert found.why == (
        f"the last file arrived 5.0 hours ago; one is expected every {expected_every}"
    )


def test_a_corpus_that_never_came_is_quiet() -> None:
    assert freshness_of(pl.DataFrame(schema=SCHEMA), 24).why == "no file has arrived yet"
