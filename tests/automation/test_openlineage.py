"""What an OpenLineage receiver hears of real runs, over HTTP and through the official client."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import attr
import dagster as dg
import pytest
from openlineage.client.generated.base import BaseFacet, RunEvent

from tests.pipeline import Kitchen, Pipeline, town
from tests.servers.lineage import Event, Receiver, receiving
from webscale_rl_dagster.automation.openlineage import sensor as sending
from webscale_rl_dagster.automation.openlineage.finished_runs import finished_steps
from webscale_rl_dagster.cli.local import local_instance
from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.definitions import build_definitions
from webscale_rl_dagster.lineage.columns import COLUMN_SOURCES
from webscale_rl_dagster.lineage.openlineage import Broken, Made
from webscale_rl_dagster.schemas import STAGES, TABLES

pytestmark = pytest.mark.slow

LOOSE = {"acceptance_rate": [0.0, 1.0], "min_kept_documents": 0.0, "max_domain_share": 1.0}
GENERATED = "openlineage.client.generated."
SECRET = "kurzweilig"
"""A word of a document that no event may hold."""


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiving() as server:
        transport = {"type": "http", "url": server.url, "retry": {"total": 0}}
        monkeypatch.setenv("OPENLINEAGE__TRANSPORT", json.dumps(transport))
        yield server


@pytest.fixture
def made(kitchen: Kitchen) -> Iterator[Pipeline]:
    with kitchen.made_by(secret_towns) as pipeline:
        yield pipeline


def secret_towns(pipeline: Pipeline) -> None:
    pipeline.configure(gates=LOOSE)
    pipeline.ingest("towns.jsonl", [f"{town(number)} It is {SECRET}." for number in range(6)])
    pipeline("run", "--all")


def tick(cursor: str | None = None) -> dg.SensorResult | dg.SkipReason:
    config = load_config()
    definitions = build_definitions(config)
    sensor = definitions.resolve_sensor_def("openlineage")
    with (
        local_instance(config) as instance,
        dg.build_sensor_context(
            instance=instance,
            cursor=cursor,
            resources={"storage": definitions.resources["storage"]},
        ) as context,
    ):
        found = sensor(context)
    assert isinstance(found, dg.SensorResult | dg.SkipReason)
    return found


def told(found: dg.SensorResult | dg.SkipReason) -> str:
    reason = found.skip_reason if isinstance(found, dg.SensorResult) else found
    assert isinstance(reason, dg.SkipReason)
    return str(reason.skip_message)


def cursor_of(found: dg.SensorResult | dg.SkipReason) -> str:
    assert isinstance(found, dg.SensorResult)
    assert found.cursor
    return found.cursor


def ends(events: list[Event], job: str) -> list[Event]:
    return [
        event for event in events if event["job"]["name"] == job and event["eventType"] != "START"
    ]


def facet_kinds() -> dict[str, type]:
    """By the address of its schema, every facet that the client knows; made from the standard."""
    modules = [vars(one) for name, one in sys.modules.items() if name.startswith(GENERATED)]
    return {
        kind._get_schema(): kind
        for module in modules
        for kind in module.values()
        if isinstance(kind, type) and issubclass(kind, BaseFacet)
    }


def has_all_that_it_must(kind: type, body: dict[str, Any]) -> None:
    fields = {field.name: field for field in attr.fields(kind)}
    assert body.keys() <= fields.keys(), (kind, body.keys() - fields.keys())
    needed = {name for name, field in fields.items() if field.default is attr.NOTHING}
    assert needed <= body.keys(), (kind, needed - body.keys())


def test_every_event_is_one_of_the_standard(made: Pipeline, receiver: Receiver) -> None:
    made("release", "--name", "v1")
    tick()
    known = facet_kinds()
    seen: set[str] = set()
    for event in receiver.events:
        has_all_that_it_must(RunEvent, event)
        assert event["schemaURL"] == RunEvent._get_schema()
        assert UUID(event["run"]["runId"])
        assert event["producer"].startswith("urn:webscale-rl-dagster:")
        found = [*event["run"]["facets"].items(), *event["job"]["facets"].items()]
        for dataset in [*event["inputs"], *event["outputs"]]:
            assert dataset["namespace"] == "file"
            for kind in ("facets", "inputFacets", "outputFacets"):
                found += dataset.get(kind, {}).items()
        for name, facet in found:
            has_all_that_it_must(known[facet["_schemaURL"]], facet)
            seen.add(name)
    assert seen >= {
        "schema", "documentation", "columnLineage", "version", "subset", "outputStatistics",
        "dataQualityAssertions", "parent", "processing_engine", "tags", "jobType",
    }  # fmt: skip


def test_runs_tell_what_they_made_of_what(made: Pipeline, receiver: Receiver) -> None:
    made("release", "--name", "v1")
    found = tick()
    [shard] = made.shards
    root = made.settings["storage"]
    for stage in STAGES:
        [event] = ends(receiver.events, stage)
        [output] = event["outputs"]
        assert event["eventType"] == "COMPLETE"
        assert output["name"] == f"{root}/{stage}"
        assert output["outputFacets"]["outputStatistics"]["rowCount"] == made.tables.height(
            stage, shard
        )
        assert (
            output["facets"]["version"]["datasetVersion"]
            == made.tables.written(stage, shard).sha256
        )
        assert output["outputFacets"]["subset"]["outputCondition"]["locations"] == [
            made.tables.uri(stage, shard)
        ]
        fields = output["facets"]["schema"]["fields"]
        assert [field["name"] for field in fields] == TABLES[stage].names()
        tags = {tag["key"]: tag["value"] for tag in event["run"]["facets"]["tags"]["tags"]}
        assert tags["shard"] == shard
        inputs = {dataset["name"] for dataset in event["inputs"]}
        if stage == "raw_documents":
            assert inputs == {str(made.folder / "towns.jsonl")}
            continue
        columns = output["facets"]["columnLineage"]["fields"]
        assert columns.keys() == COLUMN_SOURCES[stage].keys()
        assert inputs == {
            field["name"] for column in columns.values() for field in column["inputFields"]
        }
    [release] = ends(receiver.events, "dataset_release")
    assert release["outputs"][0]["name"] == f"{root}/releases"
    assert [dataset["name"] for dataset in release["inputs"]] == [f"{root}/verified_qa"]
    assert SECRET not in json.dumps(receiver.events)
    assert "Aldermoor" not in json.dumps(receiver.events)

    starts = {e["run"]["runId"]: e for e in receiver.events if e["eventType"] == "START"}
    others = [event for event in receiver.events if event["eventType"] != "START"]
    assert len(starts) == len(others) == 14  # seven tables and their suites
    for event in others:
        assert starts[event["run"]["runId"]]["eventTime"] <= event["eventTime"]
    assert told(found) == "14 steps told"


def test_a_gate_is_told_with_what_shut_it(made: Pipeline, receiver: Receiver) -> None:
    made.configure(gates=LOOSE | {"max_domain_share": 0.1, "min_rows_for_mix": 1})
    made("run", "--all", exit_code=3)
    tick()
    passed, shut = ends(receiver.events, "classified_documents_suite")
    verdicts = [
        {one["assertion"]: one["success"] for one in facet["assertions"]}
        for event in (passed, shut)
        for facet in [event["inputs"][0]["inputFacets"]["dataQualityAssertions"]]
    ]
    assert verdicts[0] == {"classified_documents_suite": True}
    assert verdicts[1].pop("classified_documents_suite") is False
    assert verdicts[1]
    assert not any(verdicts[1].values())


def test_a_failed_step_is_told_without_its_message(pipeline: Pipeline, receiver: Receiver) -> None:
    pipeline.ingest("towns.jsonl", [town(number) for number in range(3)])
    pipeline.script.api_key = "another"
    pipeline("run", "--all", exit_code=1)
    tick()
    [event] = ends(receiver.events, "filtered_documents")
    assert event["eventType"] == "FAIL"
    run = event["run"]["facets"]["parent"]["run"]["runId"]
    said = event["run"]["facets"]["errorMessage"]["message"]
    assert said == f"EngineUnavailable; Dagster's run {run} tells more"
    assert event["outputs"][0].keys() == {"namespace", "name", "facets", "outputFacets"}
    assert not event["outputs"][0]["outputFacets"]


def test_a_tick_goes_on_where_the_last_one_ended(made: Pipeline, receiver: Receiver) -> None:
    cursor = cursor_of(tick())
    before = len(receiver.events)
    assert before
    assert told(tick(cursor)) == "0 steps told"
    assert len(receiver.events) == before
    made("release", "--name", "v1")
    assert told(tick(cursor)) == "2 steps told"
    again = len(receiver.events)
    tick("no cursor of ours")
    repeated = receiver.events[again:]
    assert [event["run"]["runId"] for event in repeated] == [
        event["run"]["runId"] for event in receiver.events[:again]
    ]


def test_a_long_log_takes_several_ticks(
    made: Pipeline, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    from webscale_rl_dagster.automation.openlineage import finished_runs

    monkeypatch.setattr(sending, "_MOST_STEPS", 1)
    monkeypatch.setattr(finished_runs, "_PAGE", 2)
    cursor, ticks = None, 0
    while told(found := tick(cursor)) != "0 steps told":
        cursor, ticks = cursor_of(found), ticks + 1
        assert ticks < 100
    assert ticks == 12
    runs = [event["run"]["runId"] for event in receiver.events]
    assert len(runs) == 24
    assert len(set(runs)) == 12


def step_that(*, fails: bool) -> dg.AssetsDefinition:
    @dg.asset
    def filtered_documents() -> None:
        if fails:
            raise RuntimeError("in vain")

    return filtered_documents


def test_runs_are_told_as_they_ended_failed_or_not(tmp_path: Path) -> None:
    ends = [Made, Broken, Made, Broken, Broken, Made]
    told: list[type] = []
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        for end in ends:
            step = step_that(fails=end is Broken)
            dg.materialize([step], instance=instance, raise_on_error=False)
        cursor = None
        while found := next(
            (
                (type(step.result), after)
                for step, after in finished_steps(instance, cursor)
                if step
            ),
            None,
        ):
            kind, cursor = found
            told.append(kind)
    assert told == ends


def test_what_a_receiver_does_not_take_is_tried_again(made: Pipeline, receiver: Receiver) -> None:
    receiver.answer = lambda event: 503 if event["job"]["name"] == "candidate_qa" else 201
    found = tick()
    assert told(found).startswith("6 steps told; not delivered, to be tried again: ")
    assert "too many 503 error responses" in told(found)
    assert ends(receiver.events, "classified_documents")
    assert not ends(receiver.events, "candidate_qa")
    receiver.answer = lambda event: 201
    tick(cursor_of(found))
    for stage in STAGES:
        assert len(ends(receiver.events, stage)) == 1


def test_what_a_receiver_refuses_for_good_is_passed_over(
    made: Pipeline, receiver: Receiver
) -> None:
    receiver.answer = lambda event: 422 if event["job"]["name"] == "candidate_qa" else 201
    assert told(tick()) == "11 steps told"
    assert ends(receiver.events, "verified_qa")


def test_nobody_there_is_no_failure(made: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    transport = {"type": "http", "url": "http://127.0.0.1:9", "retry": {"total": 0}}
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT", json.dumps(transport))
    assert "0 steps told; not delivered, to be tried again" in told(tick())
    transport = {"type": "file", "log_file_path": str(made.folder / "nowhere" / "events")}
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT", json.dumps(transport))
    assert "0 steps told; not delivered, to be tried again" in told(tick())
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT", json.dumps({"type": "http"}))
    assert "cannot be configured as it is" in told(tick())


def test_a_transport_that_forgets_what_it_failed_to_send_is_refused(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgetful = {"type": "async_http", "url": "http://127.0.0.1:9"}
    for transport in (forgetful, {"type": "composite", "transports": [forgetful]}):
        monkeypatch.setenv("OPENLINEAGE__TRANSPORT", json.dumps(transport))
        found = tick()
        assert isinstance(found, dg.SkipReason)
        assert "async_http drops what is not delivered" in told(found)


def test_without_the_extra_the_sensor_says_how_to_install_it(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openlineage.client", None)
    assert told(tick()).endswith("pip install 'webscale-rl-dagster[openlineage]'")


def test_it_is_off_until_it_is_turned_on() -> None:
    assert sending.openlineage_sensor.default_status is dg.DefaultSensorStatus.STOPPED
