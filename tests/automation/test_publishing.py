"""What automation publishes, and when: exactly the shards whose gates opened, once each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from tests.expectations.builders import boilerplate
from tests.expectations.pipeline import Pipeline, pipeline
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables

A, B = "wiki/3f9a1c77d0/00000", "wiki/3f9a1c77d0/00001"


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Pipeline]:
    """Two ingested shards, the second of which the filter's gate shuts out; nothing made yet."""
    with pipeline(Tables(Objects(str(tmp_path))), [A, B]) as made:
        made.ingest()
        made.instead["filtered_documents", B] = boilerplate()
        yield made


def ticks(line: Pipeline, cursor: object = None) -> tuple[list[str | None], object]:
    """What three ticks in a row request: a tick may see what an earlier one did not."""
    requested: list[str | None] = []
    for _ in range(3):
        found, cursor = line.requested(cursor)
        requested += sorted(map(str, found))
    return requested, cursor


def test_a_run_that_publishes_is_not_followed_by_another(line: Pipeline) -> None:
    _, cursor = ticks(line)
    assert line.run("chain", A).success
    assert ticks(line, cursor)[0] == []


def test_a_run_that_is_under_way_is_not_joined_by_another(line: Pipeline) -> None:
    _, cursor = ticks(line)
    assert line.run("chain", A).success
    assert line.run("make_and_judge_checked_qa", A).success
    line.plan("chain", A)
    assert ticks(line, cursor)[0] == []


def test_what_was_made_in_several_runs_is_published_once(line: Pipeline) -> None:
    _, cursor = ticks(line)
    line.run("judge_raw_documents", A)
    for stage in ("filtered_documents", "classified_documents", "candidate_qa", "checked_qa"):
        assert line.run(f"make_and_judge_{stage}", A).success
    requested, cursor = line.requested(cursor)
    assert requested == {A}
    assert ticks(line, cursor)[0] == []


@pytest.fixture
def shut(line: Pipeline) -> Pipeline:
    """The first shard's last gate is shut by a threshold, after a run of all stages."""
    line.config = Config.model_validate({"gates": {"acceptance_rate": [0.99, 1.0]}})
    assert not line.run("chain", A).success
    assert line.gate("checked_qa", A).state == "failed"
    return line


def judge_again(line: Pipeline) -> None:
    line.config = Config()
    assert line.run("judge_checked_qa", A).success


def test_a_shut_gate_requests_nothing(shut: Pipeline) -> None:
    assert ticks(shut)[0] == []


def test_a_gate_that_opens_publishes(line: Pipeline, request: pytest.FixtureRequest) -> None:
    _, cursor = ticks(line)
    shut: Pipeline = request.getfixturevalue("shut")
    nothing, cursor = ticks(shut, cursor)
    assert nothing == []
    judge_again(shut)
    requested, cursor = shut.requested(cursor)
    assert requested == {A}
    assert ticks(shut, cursor)[0] == []


def test_a_gate_that_opens_publishes_what_was_shut_before_automation_began(shut: Pipeline) -> None:
    _, cursor = ticks(shut)
    judge_again(shut)
    requested, cursor = shut.requested(cursor)
    assert requested == {A}
    assert ticks(shut, cursor)[0] == []


def test_judging_an_open_gate_again_publishes_nothing_new(line: Pipeline) -> None:
    _, cursor = ticks(line)
    line.run("chain", A)
    _, cursor = ticks(line, cursor)
    assert line.run("judge_checked_qa", A).success
    assert ticks(line, cursor)[0] == []


def test_what_automation_first_sees_published_it_leaves_alone(line: Pipeline) -> None:
    assert line.run("chain", A).success
    assert ticks(line)[0] == []


def test_a_request_that_fails_is_not_repeated(line: Pipeline) -> None:
    _, cursor = ticks(line)
    line.run("judge_raw_documents", A)
    for stage in ("filtered_documents", "classified_documents", "candidate_qa", "checked_qa"):
        line.run(f"make_and_judge_{stage}", A)
    requested, cursor = line.requested(cursor)
    assert requested == {A}
    line.tables.objects.delete([f"filtered_documents/{A}.parquet"])
    assert not line.run("make_verified_qa", A).success
    assert ticks(line, cursor)[0] == []


def test_a_backfill_of_all_stages_judges_and_publishes_shard_by_shard(line: Pipeline) -> None:
    """As the daemon runs it: one run a shard, tagged with the backfill."""
    assert [line.run("chain", shard).success for shard in (A, B)] == [True, False]
    states = {shard: line.gate("filtered_documents", shard).state for shard in (A, B)}
    assert states == {A: "open", B: "failed"}
    assert line.made("verified_qa") == {A}


def test_a_range_run_judges_every_shard_of_it(line: Pipeline) -> None:
    assert not line.run("chain", A, B).success
    states = {shard: line.gate("filtered_documents", shard).state for shard in (A, B)}
    assert states == {A: "open", B: "failed"}


def test_verified_qa_alone_is_automated() -> None:
    from webscale_rl_dagster.definitions import build_definitions

    definitions = build_definitions(Config())
    graph = definitions.resolve_asset_graph()
    automated = {
        key.to_user_string()
        for key in graph.get_all_asset_keys()
        if graph.get(key).automation_condition
    }
    assert automated == {"verified_qa"}
    sensor = definitions.get_repository_def().get_sensor_def("publishing")
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
