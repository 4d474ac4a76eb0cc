"""The sensor of a corpus: every version of every file is ingested once, few at a time."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable

import dagster as dg
import pytest

from tests.automation.corpus import Arriving, names_of, requests, why_none
from webscale_rl_dagster.automation import ingested_shards
from webscale_rl_dagster.automation.ingestion.outstanding import outstanding
from webscale_rl_dagster.config import S3Config
from webscale_rl_dagster.corpora.arrivals.looking import look
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.partitions import SHARDS
from webscale_rl_dagster.storage.connected import objects_of, tables_of

ON_BOTH = pytest.mark.parametrize("towns", ["folder", "s3"], indirect=True)


@ON_BOTH
def test_a_file_becomes_shards_that_the_ledger_knows(towns: Arriving) -> None:
    towns.drop("2026-11-20.jsonl", "one", "two")
    [request] = requests(towns.tick())
    assert request.tags["webscale_rl/corpus"] == "towns"
    assert towns.launch(request)
    assert towns.requested() == []
    [row] = towns.rows().rows(named=True)
    assert row["state"] == "ingested"
    assert row["shards"] == tables_of(towns.config).shards("raw_documents")
    assert row["shards"][0].split("/")[1] == row["content"][:10]
    assert set(row["shards"]) == set(towns.instance.get_dynamic_partitions(str(SHARDS.name)))


@ON_BOTH
def test_late_overwritten_and_deleted_files(towns: Arriving) -> None:
    towns.drop("2026-11-20.jsonl", "one")
    towns.drop("2026-11-21.jsonl", "two")
    assert towns.ingest()
    towns.drop("2026-11-19.jsonl", "late, with an earlier name")
    towns.drop("2026-11-20.jsonl", "overwritten")
    towns.place.delete("2026-11-21.jsonl")
    assert towns.ingest()
    towns.tick()
    rows = towns.rows()
    assert rows["state"].to_list() == ["ingested"] * 4
    assert rows.filter(~rows["current"]).height == 1
    assert rows["deleted_at"].is_not_null().sum() == 1
    assert len(tables_of(towns.config).shards("raw_documents")) == 4


@ON_BOTH
def test_a_text_in_two_files_that_arrive_together_is_kept_once(towns: Arriving) -> None:
    towns.drop("a.jsonl", "only in a", "in both")
    towns.drop("b.jsonl", "only in b", "in both")
    assert towns.ingest()
    tables = tables_of(towns.config)
    rows = [
        row
        for shard in tables.shards("raw_documents")
        for row in tables.read("raw_documents", shard).select("kept", "reason").rows()
    ]
    assert sorted(rows, key=str) == [(False, "duplicate_document"), *[(True, None)] * 3]


def test_one_run_of_a_corpus_ingests_at_a_time(towns: Arriving) -> None:
    """A file that comes meanwhile waits, also for a run that a person started."""
    by_hand = towns.queue("ingest_corpus", {"webscale_rl/corpus": "towns"})
    towns.drop("a.jsonl")
    assert why_none(towns) == f"1 files wait for run {by_hand} of ingest_corpus to end"
    towns.lose(by_hand)
    [request] = requests(towns.tick())
    run_id = towns.queue("ingest_corpus", dict(request.tags))
    towns.drop("b.jsonl")
    assert why_none(towns) == f"2 files wait for run {run_id} of ingest_corpus to end"


def test_a_run_from_the_launchpad_is_waited_for_too(towns: Arriving) -> None:
    """It has no tag of its corpus, and need not name the only one there is."""
    towns.drop("a.jsonl")
    for config, waits in (("towns", True), ("", True), ("villages", False)):
        run_id = towns.queue("ingest_corpus", {}, corpus=config)
        assert (towns.requested() == []) is waits
        towns.lose(run_id)


@ON_BOTH
def test_a_tick_that_was_cut_off_is_repeated_as_it_was(towns: Arriving) -> None:
    """The daemon died after the sensor answered, before it requested the run."""
    towns.drop("a.jsonl")
    towns.drop("b.jsonl")
    [first] = requests(towns.tick())
    towns.drop("c.jsonl")
    [second] = requests(towns.tick())
    assert first.run_key == second.run_key
    assert names_of(first) == names_of(second) == ["a.jsonl", "b.jsonl"]


@ON_BOTH
def test_a_file_of_which_nothing_can_be_read_fails_once(towns: Arriving) -> None:
    towns.place.put("a.parquet", b"no table")
    assert not towns.ingest()
    assert towns.requested() == []
    [row] = towns.rows().rows(named=True)
    assert (row["state"], row["shards"]) == ("failed", [])
    assert row["reason"].startswith("no record could be read; the quarantine holds 1 of them")


def test_a_file_that_fails_stops_none_of_its_batch(towns: Arriving) -> None:
    towns.drop("a.jsonl", "a")
    towns.place.put("b.jsonl", b"no json\n")
    towns.drop("c.jsonl", "c")
    assert not towns.ingest()
    towns.tick()
    assert towns.states() == {"a.jsonl": "ingested", "b.jsonl": "failed", "c.jsonl": "ingested"}


def test_a_new_version_of_what_failed_is_tried(towns: Arriving) -> None:
    towns.place.put("a.jsonl", b"no json\n")
    assert not towns.ingest()
    towns.drop("a.jsonl", "mended")
    assert towns.ingest()
    towns.tick()
    assert towns.states() == {"a.jsonl": "ingested"}


@ON_BOTH
@pytest.mark.usefixtures("at_once")
def test_a_version_that_is_gone_is_ingested_once_it_is_back(towns: Arriving) -> None:
    towns.drop("a.jsonl", "first")
    before = towns.tick()
    [request] = requests(before)
    towns.place.delete("a.jsonl")
    assert towns.launch(request)
    assert towns.requested() == []
    assert towns.rows()["reason"].to_list() == ["deleted since it was found"]
    towns.drop("a.jsonl", "first")
    assert towns.ingest()
    towns.tick()
    assert towns.rows()["state"].to_list() == ["ingested"], "one version"


@ON_BOTH
def test_of_a_file_that_was_overwritten_the_new_version_is_ingested(towns: Arriving) -> None:
    towns.drop("a.jsonl", "first")
    [request] = requests(towns.tick())
    towns.drop("a.jsonl", "second, and longer")
    assert towns.launch(request)
    assert towns.ingest()
    towns.tick()
    assert sorted(towns.rows()["state"]) == ["ingested", "replaced"]


def test_no_more_is_ingested_while_enough_is_outstanding(towns: Arriving) -> None:
    towns.configure(max_queued_shards=2, batch_files=2)
    for name in "abcde":
        towns.drop(f"{name}.jsonl")
    [request] = requests(towns.tick())
    assert names_of(request) == ["a.jsonl", "b.jsonl"]
    assert towns.launch(request)
    assert why_none(towns) == "3 files wait until fewer shards are outstanding"


def test_every_untaken_shard_counts_however_many_came_before(
    towns: Arriving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingested_shards, "_MOST_EVENTS", 5)
    for corpus, count in (("villages", 11), ("towns", 7)):
        for number in range(count):
            shard = f"{corpus}/3f9a1c77d0/{number:05d}"
            towns.instance.report_runless_asset_event(
                dg.AssetMaterialization("raw_documents", partition=shard)
            )
    assert outstanding(towns.instance, "towns", most=100) == 7


def test_a_shard_that_the_chain_took_up_counts_while_its_run_lasts(towns: Arriving) -> None:
    towns.configure(max_queued_shards=1)
    towns.queue("make_pairs", {"webscale_rl/corpus": "towns"})
    towns.drop("a.jsonl")
    assert towns.requested() == []


@pytest.mark.parametrize("job", ["make_pairs", "ingest_corpus"])
def test_a_run_of_another_corpus_holds_up_nothing(towns: Arriving, job: str) -> None:
    towns.configure(max_queued_shards=1)
    towns.queue(job, {"webscale_rl/corpus": "villages"})
    towns.drop("a.jsonl")
    assert towns.requested() == ["a.jsonl"]


@ON_BOTH
def test_files_of_a_sibling_of_the_address_are_left_alone(towns: Arriving) -> None:
    """Those of an earlier `uri`, before a listing of the present one is through."""
    towns.configure(schedule="0 3 * * *")
    for name in ("towns/b.jsonl", "towns2/a.jsonl", "towns-old/a.jsonl"):
        towns.drop(name)
    look(objects_of(towns.config), "towns", towns.place.listing(), names_sort=True)
    towns.move(f"{towns.place.uri}/towns")
    assert towns.requested() == ["b.jsonl"]


def away(towns: Arriving) -> str:
    shutil.rmtree(towns.place.uri)
    return "cannot be listed"


def without_credentials(towns: Arriving) -> str:
    towns.config = towns.config.model_copy(update={"s3": S3Config(profile="no-such-profile")})
    towns.move("s3://corpora/towns")
    return "no-such-profile"


@pytest.mark.parametrize("become", [away, without_credentials])
def test_a_corpus_that_cannot_be_listed_goes_quiet(
    become: Callable[[Arriving], str], towns: Arriving
) -> None:
    towns.drop("a.jsonl")
    towns.tick()
    towns.configure(expected_every=1e-9)
    why = become(towns)
    with pytest.raises(StorageError, match=why):
        towns.tick()
    key = dg.AssetCheckKey(dg.AssetKey("raw_documents"), "arrivals_towns")
    last = towns.instance.get_latest_asset_check_evaluation_record(key)
    assert last is not None
    assert last.evaluation is not None
    assert not last.evaluation.passed


def test_a_corpus_with_a_schedule_is_listed_by_its_job(towns: Arriving) -> None:
    towns.configure(schedule="0 3 * * *")
    towns.drop("a.jsonl")
    assert towns.requested() == []
    repository = towns.definitions.get_repository_def()
    schedule = repository.get_schedule_def("list_towns")
    with dg.build_schedule_context(instance=towns.instance) as context:
        [request] = schedule.evaluate_tick(context).run_requests or ()
    job = towns.definitions.resolve_job_def("list_arrivals")
    assert job.execute_in_process(instance=towns.instance, run_config=request.run_config).success
    assert towns.requested() == ["a.jsonl"]


def test_freshness_is_told_when_it_changes(towns: Arriving) -> None:
    towns.configure(expected_every=1)

    def told() -> list[bool]:
        events = [event for event in towns.tick().asset_events or ()]
        for event in events:
            towns.instance.report_runless_asset_event(event)
        return [event.passed for event in events if isinstance(event, dg.AssetCheckEvaluation)]

    assert told() == [False]
    assert told() == []
    towns.drop("a.jsonl")
    assert told() == [True]
    assert told() == []
    towns.configure(expected_every=1e-9)
    assert told() == [False]


def test_freshness_can_be_checked_by_hand(towns: Arriving) -> None:
    towns.configure(expected_every=1)
    towns.drop("a.jsonl")
    towns.tick()
    definitions = towns.definitions
    key = dg.AssetCheckKey(dg.AssetKey("raw_documents"), "arrivals_towns")
    job = definitions.resolve_implicit_global_asset_job_def().get_subset(
        asset_selection=set(), asset_check_selection={key}
    )
    result = job.execute_in_process(instance=towns.instance)
    [evaluation] = result.get_asset_check_evaluations()
    assert evaluation.passed
    assert json.dumps(evaluation.description).startswith('"the last file arrived 0.0 hours ago')
