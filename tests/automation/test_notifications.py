"""Who hears of real runs, shut gates and quiet corpora, over a real webhook and a mail server."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import dagster as dg
import pytest
from dagster._core.remote_origin import InProcessCodeLocationOrigin, RemoteRepositoryOrigin
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    InstigatorType,
    SensorInstigatorData,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

from tests.pipeline import Pipeline, town
from tests.servers.smtp import mail_server
from tests.servers.webhook import OK, PATH, Answer, Hook, webhook
from webscale_rl_dagster.automation.notifications import news
from webscale_rl_dagster.automation.notifications import sensors as module
from webscale_rl_dagster.cli.local import local_instance
from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.definitions import build_definitions
from webscale_rl_dagster.notices import webhook as posting

pytestmark = pytest.mark.slow

LOOSE = {"acceptance_rate": [0.0, 1.0], "min_kept_documents": 0.0, "max_domain_share": 1.0}
STRICT = LOOSE | {"max_domain_share": 0.1, "min_rows_for_mix": 1}
ALL = ["failed_run", "gate_shut", "gate_opened", "corpus_stopped"]
ARRIVALS = dg.AssetCheckKey(dg.AssetKey("raw_documents"), "arrivals_wiki")


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    monkeypatch.setattr(news, "_SETTLED_S", 0)
    monkeypatch.setattr(module, "_LONGEST_PAUSE_S", 0)
    monkeypatch.setattr(posting, "_PAUSES_S", (0.01, 0.02))
    with webhook() as server:
        monkeypatch.setenv("HOOK", server.url)
        yield server


class Sensor:
    """Ticks in turn, each with the cursor that the one before left, as the daemon does."""

    def __init__(self, receiver: str = "webhook") -> None:
        self.name = f"notifications_{receiver}"
        self.cursor: str | None = None

    def __call__(self, during: Callable[[dg.DagsterInstance], Any] = lambda instance: None) -> str:
        config = load_config()
        sensor = build_definitions(config).resolve_sensor_def(self.name)
        with local_instance(config) as instance:
            during(instance)
            with dg.build_sensor_context(instance=instance, cursor=self.cursor) as context:
                found = sensor(context)
        assert isinstance(found, dg.SensorResult)
        assert found.skip_reason is not None
        self.cursor = found.cursor
        return str(found.skip_reason.skip_message)

    def later(self) -> None:
        """Once it need not wait any more."""
        self.cursor = json.dumps(json.loads(str(self.cursor)) | {"not_before": 0})


@pytest.fixture
def tick(pipeline: Pipeline, hook: Hook) -> Sensor:
    """On an empty instance, whose log it follows from its start."""
    pipeline.configure(notifications={"webhook_env": "HOOK", "on": ALL}, gates=LOOSE)
    sensor = Sensor()
    assert sensor() == "0 delivered"
    return sensor


def verdict(
    passed: bool, *, shard: str | None = None, sha: str = "a", check: str = "checked_qa"
) -> dg.AssetCheckEvaluation:
    """Of a gate, or of the arrivals of a corpus if there is no shard."""
    if shard is None:
        return dg.AssetCheckEvaluation(
            asset_key=ARRIVALS.asset_key,
            check_name=ARRIVALS.name,
            passed=passed,
            blocking=False,
            description="nothing arrived for 50 hours",
            metadata={"corpus": "wiki"},
        )
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(check),
        check_name=f"{check}_suite",
        passed=passed,
        blocking=True,
        partition=shard,
        description="failed: acceptance_rate (0.01)",
        metadata={"files": {check: sha}, "shut_by": ["acceptance_rate"]},
    )


def shard(number: int) -> str:
    return f"wiki/0123456789/{number:05d}"


def report(*judged: dg.AssetCheckEvaluation) -> Callable[[dg.DagsterInstance], None]:
    """A gate's verdict in a run of its own: Dagster takes no second one without a run."""

    def during(instance: dg.DagsterInstance) -> None:
        for one in judged:
            if one.partition is None:
                instance.report_runless_asset_event(one)
            else:
                kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION.value
                event = dg.DagsterEvent(kind, "make_pairs", event_specific_data=one)
                instance.report_dagster_event(event, run_id=str(uuid4()))

    return during


def crash(instance: dg.DagsterInstance) -> None:
    job = build_definitions(load_config()).resolve_job_def("ingest_corpus")
    run = instance.create_run_for_job(job, tags={"dagster/will_retry": "true"})
    instance.report_run_failed(run, "Run timed out: its worker was killed.")


def test_a_gate_that_shuts_is_told_once_and_told_when_it_opens(
    pipeline: Pipeline, tick: Sensor, hook: Hook
) -> None:
    pipeline.configure(gates=STRICT)
    pipeline.ingest("towns.jsonl", [town(number) for number in range(6)])
    pipeline("run", "--all", exit_code=3)
    assert tick() == "1 delivered"
    pipeline("run", "--all", exit_code=3)
    assert tick() == "0 delivered"
    pipeline.configure(gates=LOOSE)
    pipeline("run", "--all")
    assert tick() == "1 delivered"

    [key] = pipeline.shards
    closed, opened = hook.notices
    assert closed["kind"] == "gate_shut"
    assert closed["title"] == f"Gate shut: classified_documents of {key}"
    assert closed["lines"][0] == "failed: domain_mix (Commerce & Economics: 1.000 of 6)"
    assert closed["failed"] == ["domain_mix"]
    assert (closed["corpus"], closed["asset"], closed["shard"]) == (
        "wiki",
        "classified_documents",
        key,
    )
    run = closed["run_id"]
    assert closed["links"] == {
        "run": f"http://127.0.0.1:3000/runs/{run}",
        "classified_documents": "http://127.0.0.1:3000/assets/classified_documents?"
        f"view=partitions&partition={key.replace('/', '%2F')}",
    }
    assert opened["kind"] == "gate_opened"
    assert opened["title"] == f"Gate open again: classified_documents of {key}"
    assert opened["id"] != closed["id"]


def test_a_failed_run_is_told_with_its_error(pipeline: Pipeline, tick: Sensor, hook: Hook) -> None:
    pipeline.configure(audit={"url": "https://audit.example.org/"})
    pipeline.ingest("towns.jsonl", [town(number) for number in range(3)])
    pipeline.script.api_key = "another"
    pipeline("run", "--all", exit_code=1)
    assert tick() == "1 delivered"
    [notice], [key] = hook.notices, pipeline.shards
    assert notice["kind"] == "failed_run"
    assert notice["title"] == f"Run failed: make_pairs of {key}"
    assert notice["lines"][0].startswith(
        "filtered_documents: webscale_rl_dagster.errors.EngineUnavailable: http://"
    )
    assert notice["corpus"] == "wiki"
    assert notice["links"]["audit"] == f"https://audit.example.org/shard/{key}"
    assert notice["time"].endswith("+00:00")


def test_a_run_that_a_shut_gate_refuses_is_not_told_beside_the_gate(
    pipeline: Pipeline, tick: Sensor, hook: Hook
) -> None:
    pipeline.configure(gates=STRICT)
    pipeline.ingest("towns.jsonl", [town(number) for number in range(6)])
    pipeline("run", "--all", exit_code=3)

    def later_run(instance: dg.DagsterInstance) -> None:
        config = load_config()
        job = build_definitions(config).resolve_implicit_global_asset_job_def()
        result = job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            partition_key=pipeline.shards[0],
            asset_selection=[dg.AssetKey("candidate_qa")],
        )
        assert not result.success

    assert tick(later_run) == "1 delivered"
    assert [notice["kind"] for notice in hook.notices] == ["gate_shut"]


def test_a_run_that_was_ended_from_outside_is_told(
    pipeline: Pipeline, tick: Sensor, hook: Hook
) -> None:
    assert tick(crash) == "1 delivered"
    [notice] = hook.notices
    assert notice["title"] == "Run failed: ingest_corpus"
    assert notice["lines"] == [
        "Run timed out: its worker was killed.",
        "Dagster runs it again by itself.",
    ]


def test_one_notice_per_gate_shard_and_version(tick: Sensor, hook: Hook) -> None:
    closed = verdict(False, shard=shard(1))
    tick(report(closed, closed))
    tick(report(closed))
    assert len(hook.notices) == 1
    tick(report(verdict(False, shard=shard(1), sha="b")))
    tick(report(verdict(False, shard=shard(2)), verdict(False, shard=shard(1), check="raw")))
    assert len(hook.notices) == 4
    tick(report(verdict(True, shard=shard(1), sha="b"), verdict(True, shard=shard(1), sha="b")))
    tick(report(verdict(False, shard=shard(1), sha="b")))
    assert [notice["kind"] for notice in hook.notices[4:]] == ["gate_opened", "gate_shut"]
    assert len({notice["id"] for notice in hook.notices}) == 6


def test_a_corpus_that_stopped_is_told_once_until_it_arrives_again(
    tick: Sensor, hook: Hook
) -> None:
    tick(report(verdict(False)))
    tick(report(verdict(False)))
    [notice] = hook.notices
    assert notice["kind"] == "corpus_stopped"
    assert notice["title"] == "Corpus stopped arriving: wiki"
    assert notice["lines"] == ["nothing arrived for 50 hours"]
    assert "run_id" not in notice
    tick(report(verdict(True)))
    tick(report(verdict(False)))
    assert len(hook.notices) == 2


def test_only_what_is_asked_for_is_told(pipeline: Pipeline, tick: Sensor, hook: Hook) -> None:
    pipeline.configure(notifications={"webhook_env": "HOOK", "on": ["corpus_stopped"]})
    tick(report(verdict(False, shard=shard(1)), verdict(False), verdict(True, shard=shard(1))))
    assert [notice["kind"] for notice in hook.notices] == ["corpus_stopped"]


def test_a_receiver_that_is_away_loses_nothing_and_keeps_the_order(
    tick: Sensor, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    down = Answer(503)
    hook.answers.extend([OK, down, down, down])
    said = tick(report(*(verdict(False, shard=shard(number)) for number in range(4))))
    assert said.startswith("1 delivered; to be tried again: the webhook in $HOOK answers")
    hook.usual = Answer(0)
    assert tick(report(verdict(False, shard=shard(4)))).startswith("0 delivered; to be")
    monkeypatch.delenv("HOOK")
    assert "the environment variable HOOK is not set" in tick()
    monkeypatch.setenv("HOOK", hook.url)
    hook.usual = OK
    assert tick() == "4 delivered"
    assert hook.titles() == [f"Gate shut: checked_qa of {shard(number)}" for number in range(5)]
    assert tick() == "0 delivered"


def test_a_receiver_that_asks_to_wait_is_left_alone(tick: Sensor, hook: Hook) -> None:
    hook.answers.append(Answer(429, {"Retry-After": "600"}))
    assert "to be tried again" in tick(report(verdict(False, shard=shard(1))))
    assert re.match(r"to be tried again in \d+ s: the webhook in \$HOOK answers HTTP 429", tick())
    assert len(hook.asked) == 1
    tick.later()
    assert tick() == "1 delivered"


def test_what_is_refused_for_good_is_passed_over(tick: Sensor, hook: Hook) -> None:
    hook.answers.extend([OK, Answer(413), OK])
    assert tick(report(*(verdict(False, shard=shard(number)) for number in range(3)))) == (
        "2 delivered"
    )
    assert hook.titles() == [f"Gate shut: checked_qa of {shard(number)}" for number in (0, 2)]
    assert tick() == "0 delivered"


def test_many_at_once_are_one_digest(
    tick: Sensor, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook.answers.extend([Answer(503)] * 3)
    monkeypatch.setattr(module, "_MOST_NOTICES", 12)
    assert "0 delivered" in tick(report(*(verdict(False, shard=shard(n)) for n in range(15))))
    assert tick() == "1 delivered"
    assert tick() == "3 delivered"
    digest, *others = hook.notices
    assert digest["title"] == "12 notices: 12 gate shut"
    assert digest["links"] == {"runs": "http://127.0.0.1:3000/runs"}
    assert [one["shard"] for one in digest["of"]] == [shard(number) for number in range(12)]
    assert [one["shard"] for one in others] == [shard(number) for number in range(12, 15)]


def test_a_long_log_takes_several_ticks(
    tick: Sensor, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_EVENTS", 4)
    passed = [verdict(True, shard=shard(number)) for number in range(5)]
    assert tick(report(*passed, verdict(False, shard=shard(9)))) == "0 delivered"
    assert tick() == "1 delivered"


def test_events_that_are_just_being_written_wait_for_a_tick(
    tick: Sensor, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "_SETTLED_S", 60)
    assert tick(report(verdict(False, shard=shard(1)))) == "0 delivered"
    monkeypatch.setattr(news, "_SETTLED_S", 0)
    assert tick() == "1 delivered"


def test_each_receiver_has_a_sensor_and_a_place_of_its_own(
    pipeline: Pipeline, tick: Sensor, hook: Hook
) -> None:
    with mail_server() as server:
        email = {"host": "127.0.0.1", "port": server.port, "security": "none"}
        addresses = {"from": "data@example.org", "to": ["ann@example.org"]}
        pipeline.configure(notifications={"webhook_env": "HOOK", "email": email | addresses})
        mailed = Sensor("email")
        hook.usual = Answer(503)
        assert tick(report(verdict(False, shard=shard(1)))).startswith("0 delivered")
        assert mailed() == "1 delivered"
        assert tick(report(verdict(False, shard=shard(2)))).startswith("0 delivered")
        assert mailed() == "1 delivered"
        hook.usual = OK
        assert tick() == "2 delivered"
        assert mailed() == "0 delivered"
    assert [mail["Subject"] for mail in server.mails] == [
        f"[webscale-rl] Gate shut: checked_qa of {shard(number)}" for number in (1, 2)
    ]


def test_pauses_grow_while_deliveries_fail() -> None:
    assert [module._pause(tries, None) for tries in range(7)] == [0, 30, 90, 210, 450, 900, 900]
    assert [module._pause(1, asked) for asked in (10.0, 600.0, 1e9)] == [30, 600, 3600]


def test_an_address_that_was_revoked_costs_no_notice_until_there_is_another(
    pipeline: Pipeline, tick: Sensor, hook: Hook
) -> None:
    hook.usual = Answer(404, body="no_service")
    tick(report(verdict(False, shard=shard(1)), verdict(False, shard=shard(2))))
    assert "answers HTTP 404: no_service; it takes nothing at this address" in tick()
    assert json.loads(str(tick.cursor))["tries"] == 2
    keep(tick)
    for command in (("notify",), ("config", "check")):
        said = pipeline(*command).stdout
        assert "NOTICES WAIT: the webhook in $HOOK answers HTTP 404: no_service" in said
    hook.usual = OK
    assert tick() == "2 delivered"
    keep(tick)
    assert "WAIT" not in pipeline("notify").stdout


def test_a_notice_that_is_no_longer_one_does_not_wait(
    pipeline: Pipeline, tick: Sensor, hook: Hook
) -> None:
    hook.usual = Answer(503)
    assert tick(report(verdict(False, shard=shard(1)))).startswith("0 delivered; to be tried again")
    pipeline.configure(notifications={"webhook_env": "HOOK", "on": ["failed_run"]})
    assert tick() == "0 delivered"
    keep(tick)
    assert "WAIT" not in pipeline("notify").stdout


def test_what_a_renamed_code_location_left_behind_says_nothing(
    pipeline: Pipeline, tick: Sensor, hook: Hook
) -> None:
    hook.usual = Answer(503)
    tick(report(verdict(False, shard=shard(1))))
    keep(tick, location="before", at=1.0)
    hook.usual = OK
    assert tick() == "1 delivered"
    keep(tick, at=2.0)
    assert "WAIT" not in pipeline("notify").stdout


def keep(sensor: Sensor, *, location: str = "pipeline", at: float | None = None) -> None:
    """Its cursor where the daemon keeps it."""
    config = load_config()
    code = InProcessCodeLocationOrigin(
        LoadableTargetOrigin(module_name="webscale_rl_dagster.definitions"), location_name=location
    )
    origin = RemoteRepositoryOrigin(code, "__repository__").get_instigator_origin(sensor.name)
    state = InstigatorState(
        origin,
        InstigatorType.SENSOR,
        InstigatorStatus.RUNNING,
        SensorInstigatorData(cursor=sensor.cursor, last_tick_timestamp=at),
    )
    with local_instance(config) as instance:
        if instance.get_instigator_state(origin.get_id(), state.selector_id) is None:
            instance.add_instigator_state(state)
        else:
            instance.update_instigator_state(state)


def test_reading_ends_in_time_and_goes_on_at_the_next_tick(
    tick: Sensor, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_READ_S", -1)
    assert tick(report(*(verdict(False, shard=shard(number)) for number in range(2)))) == (
        "1 delivered"
    )
    assert tick() == "1 delivered"
    assert len(hook.notices) == 2


@pytest.mark.parametrize("strange", [None, "", "12", '{"judged": "x"}'])
def test_without_a_cursor_of_ours_the_last_hour_is_told(
    tick: Sensor, hook: Hook, monkeypatch: pytest.MonkeyPatch, strange: str | None
) -> None:
    tick(report(verdict(False, shard=shard(1)), verdict(False, shard=shard(2))))
    tick(crash)
    told = [notice["id"] for notice in hook.notices]
    tick.cursor = strange
    assert tick() == "3 delivered"
    assert [notice["id"] for notice in hook.notices[3:]] == told
    monkeypatch.setattr(news, "_FIRST_S", 0)
    tick.cursor = strange
    assert tick() == "0 delivered"
    assert tick(report(verdict(False, shard=shard(3)))) == "1 delivered"


def test_it_runs_from_the_start_where_it_is_configured_and_only_there(
    pipeline: Pipeline, tick: Sensor
) -> None:
    sensor = build_definitions(load_config()).resolve_sensor_def("notifications_webhook")
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    del pipeline.settings["notifications"]
    pipeline.configure()
    names = {one.name for one in build_definitions(load_config()).sensors or ()}
    assert not any(name.startswith("notifications") for name in names)


def test_the_command_sends_a_test_and_the_check_names_what_is_missing(
    pipeline: Pipeline, tick: Sensor, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "webhook in $HOOK: configured" in pipeline("notify").stdout
    assert not hook.asked
    assert "webhook in $HOOK: delivered" in pipeline("notify", "--test").stdout
    assert hook.titles() == ["Test notice"]
    assert "notifications: webhook in $HOOK" in pipeline("config", "check").stdout
    hook.usual = Answer(403, body="invalid_token")
    said = pipeline("notify", "--test", exit_code=1)
    assert "answers HTTP 403: invalid_token" in said.stderr
    assert PATH not in said.output
    monkeypatch.delenv("HOOK")
    assert "HOOK is not set" in pipeline("notify", exit_code=1).stderr
    failed = pipeline("config", "check", exit_code=1)
    assert "notifications.webhook: the environment variable HOOK is not set" in str(
        failed.exception
    )
