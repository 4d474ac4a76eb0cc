"""The sensor that makes pairs of what arrived: every shard once, and never too many at once."""

from __future__ import annotations

import time
from types import SimpleNamespace

import dagster as dg
import pytest
from dagster._core.execution.plan.objects import StepFailureData
from dagster_shared.error import SerializableErrorInfo

from tests.automation.corpus import Arriving, requests
from webscale_rl_dagster.automation import failures, ingested_shards, unfinished
from webscale_rl_dagster.automation.chain import failing
from webscale_rl_dagster.automation.jobs import MADE
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.definitions import build_definitions
from webscale_rl_dagster.partitions import SHARDS


def shard(number: int, corpus: str = "towns") -> str:
    return f"{corpus}/3f9a1c77d0/{number:05d}"


def ingested(towns: Arriving, *shards: str, why: str | None = None) -> None:
    """As the ingestion job reports them."""
    towns.instance.add_dynamic_partitions(str(SHARDS.name), shards)
    metadata = {} if why is None else {"why": why}
    for key in shards:
        towns.instance.report_runless_asset_event(
            dg.AssetMaterialization("raw_documents", partition=key, metadata=metadata)
        )


def tick(towns: Arriving, cursor: str | None = None) -> tuple[list[str | None], str | None]:
    found = towns.tick("chain", cursor)
    return [request.partition_key for request in requests(found)], found.cursor


def test_each_new_shard_is_made_once(towns: Arriving) -> None:
    ingested(towns, shard(0), shard(1))
    requested, cursor = tick(towns)
    assert requested == [shard(0), shard(1)]
    assert tick(towns, cursor)[0] == []
    ingested(towns, shard(2))
    assert tick(towns, cursor)[0] == [shard(2)]


def test_runs_are_tagged_with_corpus_and_shard(towns: Arriving) -> None:
    ingested(towns, shard(0))
    [request] = requests(towns.tick("chain"))
    assert request.tags["webscale_rl/corpus"] == "towns"
    assert request.tags["webscale_rl/shard"] == shard(0)


def test_a_tick_that_was_cut_off_requests_the_same(towns: Arriving) -> None:
    ingested(towns, shard(0))
    keys = [[one.run_key for one in requests(towns.tick("chain"))] for _ in range(2)]
    assert keys[0] == keys[1]


def test_what_does_not_fit_waits_in_its_place(towns: Arriving) -> None:
    towns.configure(max_queued_shards=3)
    ingested(towns, *(shard(number) for number in range(8)))
    run_id = towns.queue("make_pairs", {"webscale_rl/corpus": "towns"})
    requested, cursor = tick(towns)
    assert requested == [shard(0), shard(1)]
    run = towns.instance.get_run_by_id(run_id)
    assert run is not None
    towns.instance.report_run_failed(run, "over")
    assert tick(towns, cursor)[0] == [shard(2), shard(3), shard(4)]


def test_a_shard_whose_partition_is_still_to_come_is_waited_for(towns: Arriving) -> None:
    towns.instance.report_runless_asset_event(
        dg.AssetMaterialization("raw_documents", partition=shard(0))
    )
    requested, cursor = tick(towns)
    assert requested == []
    towns.instance.add_dynamic_partitions(str(SHARDS.name), [shard(0)])
    assert tick(towns, cursor)[0] == [shard(0)]


def test_a_table_that_was_rewritten_is_no_arrival(towns: Arriving) -> None:
    ingested(towns, shard(0), why="documents were removed")
    assert tick(towns)[0] == []


def test_other_corpora_are_left_alone(towns: Arriving) -> None:
    ingested(towns, shard(0, "villages"))
    assert tick(towns)[0] == []


def test_a_shard_that_is_published_is_left_alone(towns: Arriving) -> None:
    ingested(towns, shard(0), shard(1))
    towns.instance.report_runless_asset_event(
        dg.AssetMaterialization("verified_qa", partition=shard(0))
    )
    assert tick(towns)[0] == [shard(1)]


def test_a_full_corpus_holds_up_no_other(towns: Arriving) -> None:
    towns.configure(max_queued_shards=1)
    settings = towns.config.model_dump(mode="json")
    other = settings["corpora"][0] | {"name": "villages"}
    towns.config = Config.model_validate(settings | {"corpora": [*settings["corpora"], other]})
    towns.queue("make_pairs", {"webscale_rl/corpus": "towns"})
    ingested(towns, shard(0), shard(0, "villages"))
    assert tick(towns)[0] == [shard(0, "villages")]


def ran(
    towns: Arriving, key: str, end: str = "failure", *, failures: str = "", repeats: str = "false"
) -> None:
    """A run of make_pairs, as it ended: in failure, success, or by a gate."""
    tags = {"webscale_rl/corpus": "towns", "dagster/partition": key}
    tags |= {"webscale_rl/failures": failures} if failures else {}
    tags |= {"dagster/will_retry": repeats}
    run_id = towns.queue("make_pairs", tags)
    if end == "gate":
        shut = SerializableErrorInfo("shut", [], "DagsterAssetCheckFailedError")
        towns.instance.report_dagster_event(
            dg.DagsterEvent(
                dg.DagsterEventType.STEP_FAILURE.value,
                "make_pairs",
                step_key="verified_qa",
                event_specific_data=StepFailureData(shut, None),  # type: ignore[no-untyped-call]
            ),
            run_id,
        )
    if end != "success":
        towns.lose(run_id)
        return
    run = towns.instance.get_run_by_id(run_id)
    assert run is not None
    event = dg.DagsterEvent(dg.DagsterEventType.RUN_SUCCESS.value, "make_pairs")
    towns.instance.report_dagster_event(event, run.run_id)


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """For what rests, and for nothing else."""
    for module in (failing, unfinished, ingested_shards):
        shifted = SimpleNamespace(time=lambda: time.time() + seconds)
        monkeypatch.setattr(module, "time", shifted)


def test_while_all_runs_fail_one_that_failed_is_tried_after_a_rest(
    towns: Arriving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failing, "_PROBE_S", 600)
    ingested(towns, *(shard(number) for number in range(6)))
    for number in range(3):
        ran(towns, shard(number))
    held = towns.tick("chain")
    assert requests(held) == []
    assert isinstance(held.skip_reason, dg.SkipReason)
    assert "3 shards of towns wait" in str(held.skip_reason.skip_message)
    assert "runs of towns fail: one at a time" in str(held.skip_reason.skip_message)
    later(monkeypatch, 601)
    assert tick(towns, held.cursor)[0] == [shard(0)]
    towns.queue("make_pairs", {"webscale_rl/corpus": "towns", "dagster/partition": shard(0)})
    assert tick(towns, held.cursor)[0] == []


def test_one_shard_that_fails_again_and_again_is_no_outage(towns: Arriving) -> None:
    ingested(towns, shard(0), shard(1))
    for _ in range(4):
        ran(towns, shard(0))
    assert tick(towns)[0] == [shard(1)]


def test_what_failed_is_run_again_once_a_run_succeeds_in_turns_with_what_is_new(
    towns: Arriving,
) -> None:
    ingested(towns, *(shard(number) for number in range(6)))
    for number in range(3):
        ran(towns, shard(number))
    ran(towns, shard(3), "success")
    towns.instance.report_runless_asset_event(
        dg.AssetMaterialization("verified_qa", partition=shard(3))
    )
    first = requests(towns.tick("chain"))
    order = [shard(number) for number in (0, 4, 1, 5, 2)]
    assert [one.partition_key for one in first] == order
    assert first[0].run_key == requests(towns.tick("chain"))[0].run_key


def test_an_outage_is_charged_to_no_shard_and_a_failure_of_its_own_is(towns: Arriving) -> None:
    ingested(towns, *(shard(number) for number in range(4)))
    cursor = tick(towns)[1]
    for number in range(3):
        ran(towns, shard(number))
    ran(towns, shard(3), "success")
    ran(towns, shard(2))
    ran(towns, shard(3), "success")
    again = requests(towns.tick("chain", cursor))
    charged = {one.partition_key: one.tags["webscale_rl/failures"] for one in again}
    assert charged == {shard(0): "0", shard(1): "0", shard(2): "1"}


def test_a_run_that_dagster_is_about_to_repeat_is_left_to_it_for_ten_minutes(
    towns: Arriving, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingested(towns, shard(0))
    cursor = tick(towns)[1]
    ran(towns, shard(0), repeats="true")
    ran(towns, shard(1), "success")
    assert tick(towns, cursor)[0] == []
    later(monkeypatch, 601)
    assert tick(towns, cursor)[0] == [shard(0)]


def test_what_a_gate_ended_is_not_run_again_and_is_no_outage(towns: Arriving) -> None:
    ingested(towns, *(shard(number) for number in range(6)))
    for number in range(3):
        ran(towns, shard(number), "gate")
    requested, cursor = tick(towns)
    assert requested == [shard(number) for number in range(6)]
    ran(towns, shard(3), "success")
    assert tick(towns, cursor)[0] == []


def test_a_shard_with_three_failures_of_its_own_is_left_alone(towns: Arriving) -> None:
    ingested(towns, shard(0), shard(1))
    cursor = tick(towns)[1]
    ran(towns, shard(0))
    for charged in (1, 2):
        ran(towns, shard(1), "success")
        [again] = requests(towns.tick("chain", cursor))
        assert again.tags["webscale_rl/failures"] == str(charged)
        ran(towns, shard(0), failures=str(charged))
    ran(towns, shard(1), "success")
    assert tick(towns, cursor)[0] == []


def test_without_another_shard_a_failed_one_is_tried_after_ten_minutes_and_a_hundred(
    towns: Arriving, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingested(towns, shard(0))
    cursor = tick(towns)[1]
    for rests in (600, 6000, 6000, 6000):
        ran(towns, shard(0))
        later(monkeypatch, rests - 300)
        assert tick(towns, cursor)[0] == []
        later(monkeypatch, rests + 1)
        [again] = requests(towns.tick("chain", cursor))
        assert again.tags["webscale_rl/failures"] == "0"


def test_the_log_of_a_failed_run_is_read_once(
    towns: Arriving, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    real = failures.failed_steps

    def reading(instance: dg.DagsterInstance, run_id: str, most: int) -> list[dg.DagsterEvent]:
        read.append(run_id)
        return real(instance, run_id, most)

    monkeypatch.setattr(failures, "failed_steps", reading)
    ingested(towns, shard(0), shard(1))
    for number in range(2):
        ran(towns, shard(number), "gate")
    chain = towns.ticker("chain")
    for _ in range(3):
        chain()
    assert len(read) == 2


def test_a_shard_behind_many_of_another_corpus_is_found_at_once(
    towns: Arriving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingested_shards, "_MOST_EVENTS", 5)
    ingested(towns, *(shard(number, "villages") for number in range(11)), shard(0))
    assert tick(towns)[0] == [shard(0)]


def test_the_job_makes_every_stage_and_runs_no_check_without_partitions() -> None:
    corpus = {"name": "towns", "uri": "/towns", "ingestion": {"expected_every": 24}}
    definitions = build_definitions(Config.model_validate({"corpora": [corpus]}))
    layer = definitions.resolve_job_def("make_pairs").asset_layer
    assert {key.to_user_string() for key in layer.executable_asset_keys} == set(MADE)
    names = {key.name for key in layer.asset_graph.asset_check_keys}
    assert "raw_documents_suite" in names
    assert "arrivals_towns" not in names


def test_without_ingestion_no_file_is_looked_for() -> None:
    repository = build_definitions(Config()).get_repository_def()
    names = {sensor.name for sensor in repository.sensor_defs}
    assert not [name for name in names if name.startswith(("arrivals", "chain"))]
    assert not [job.name for job in repository.get_all_jobs() if job.name == "list_arrivals"]
