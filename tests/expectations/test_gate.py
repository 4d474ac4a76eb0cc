"""No way past a shut gate: every bypass that Dagster leaves open, tried in real runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import dagster as dg
import pytest

from webscale_rl_dagster.config import GatesConfig
from webscale_rl_dagster.expectations import judging
from webscale_rl_dagster.expectations.facts import Facts
from webscale_rl_dagster.expectations.standing import gate_status
from webscale_rl_dagster.expectations.validation import Batches, Validation, validate
from webscale_rl_dagster.schemas import STAGES
from webscale_rl_dagster.storage.tables import Tables

from .builders import boilerplate, frames, with_rows
from .pipeline import MADE, Pipeline, pipeline

A, B, C = "wiki/3f9a1c77d0/00000", "wiki/3f9a1c77d0/00001", "wiki/3f9a1c77d0/00002"


_REMEMBERED: dict[object, Validation] = {}


@pytest.fixture(autouse=True)
def _judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most runs here judge the same few files; a real suite takes a tenth of a second each time."""

    def remembered(table: str, batches: Batches, *, facts: Facts, gates: GatesConfig) -> Validation:
        key = (table, tuple(facts.files.items()), gates)
        if key not in _REMEMBERED:
            _REMEMBERED[key] = validate(table, batches, facts=facts, gates=gates)
        return _REMEMBERED[key]

    monkeypatch.setattr(judging, "validate", remembered)


@pytest.fixture
def line(tables: Tables) -> Iterator[Pipeline]:
    """Three ingested shards, of which none is made yet."""
    with pipeline(tables, [A, B, C]) as made:
        made.ingest()
        yield made


@pytest.fixture
def spoilt(line: Pipeline) -> Pipeline:
    """The middle shard is boilerplate."""
    line.instead["filtered_documents", B] = boilerplate()
    return line


def refusal(result: dg.ExecuteInProcessResult) -> str:
    """The lock's message; fails if the run went on or broke in another way."""
    assert not result.success
    [failure] = [event for event in result.all_events if event.is_step_failure]
    data = failure.step_failure_data
    assert data.user_failure_data is not None
    assert data.error is not None
    assert data.error.cls_name == "Failure"
    return str(data.user_failure_data.description)


def test_a_sound_shard_is_published(line: Pipeline) -> None:
    assert line.run("chain", A).success
    assert line.made("verified_qa") == {A}
    assert {line.gate(table, A).state for table in STAGES} == {"open"}


def test_a_gate_stands_though_its_result_cannot_be_kept_for_data_docs(
    line: Pipeline,
) -> None:
    root = Path(line.tables.objects.root)
    (root / "data_docs").write_text("a file where the folder should be")
    assert line.run("chain", A).success
    assert line.gate("verified_qa", A).state == "open"


def test_the_run_that_judges_stops_at_a_shut_gate(spoilt: Pipeline) -> None:
    result = spoilt.run("chain", B)
    assert not result.success
    assert spoilt.made("filtered_documents") == {B}
    assert spoilt.made("classified_documents") == set()
    verdict = spoilt.gate("filtered_documents", B)
    assert (verdict.state, verdict.failed) == ("failed", ("kept_share",))


def test_the_external_asset_blocks_within_the_run_too(line: Pipeline) -> None:
    line.instead["raw_documents", B] = with_rows(frames()["raw_documents"], text="the same")
    line.ingest(B)
    assert not line.run("chain", B).success
    assert line.gate("raw_documents", B).failed == ("id_is_content",)
    assert line.made("filtered_documents") == set()


@pytest.mark.parametrize("stage", MADE[1:])
def test_a_later_run_of_downstream_alone_is_refused(spoilt: Pipeline, stage: str) -> None:
    spoilt.run("chain", B)
    message = refusal(spoilt.run(f"make_{stage}", B))
    assert message.startswith("gate shut\n")
    assert spoilt.made(stage) == set()
    assert not spoilt.tables.has(stage, B)


def test_the_refusal_names_shard_asset_reason_and_remedy(spoilt: Pipeline) -> None:
    spoilt.run("chain", B)
    message = refusal(spoilt.run("make_classified_documents", B))
    assert message == (
        f"gate shut\n{B}: filtered_documents is failed (failed: kept_share (0.083 of 24)); mend "
        "the data or `gates` in pipeline.yaml, then materialize or judge it again"
    )


def test_a_refusal_is_not_retried_whatever_the_stages_policy(spoilt: Pipeline) -> None:
    spoilt.run("chain", B)
    result = spoilt.run("make_verified_qa", B)
    refusal(result)
    assert [event for event in result.all_events if event.is_step_up_for_retry] == []


def test_what_was_never_judged_is_refused(line: Pipeline) -> None:
    line.run("judge_raw_documents", A)
    assert line.run("make_filtered_documents", A).success
    message = refusal(line.run("make_classified_documents", A))
    assert "filtered_documents is unjudged (no check has run)" in message


def test_what_was_never_made_is_refused(line: Pipeline) -> None:
    message = refusal(line.run("make_verified_qa", A))
    assert [f"{table} is unjudged" in message for table in STAGES[:-1]] == [True] * 5


def test_a_verdict_on_an_older_materialization_is_refused(line: Pipeline) -> None:
    line.run("chain", A)
    assert line.run("make_checked_qa", A).success
    message = refusal(line.run("make_verified_qa", A))
    assert "checked_qa is stale (materialized again since it was judged)" in message


def test_judging_again_reopens(line: Pipeline) -> None:
    line.run("chain", A)
    line.run("make_checked_qa", A)
    assert line.run("judge_checked_qa", A).success
    assert line.run("make_verified_qa", A).success


def test_mended_data_reopens(spoilt: Pipeline) -> None:
    spoilt.run("chain", B)
    spoilt.instead.clear()
    assert spoilt.run("chain", B).success
    assert spoilt.made("verified_qa") == {B}


def test_a_failed_verdict_shuts_a_gate_that_was_open(line: Pipeline) -> None:
    line.run("chain", A)
    line.instead["filtered_documents", A] = boilerplate()
    assert not line.run("make_and_judge_filtered_documents", A).success
    assert "filtered_documents is failed" in refusal(line.run("make_verified_qa", A))


def test_a_range_records_a_verdict_per_shard_and_stops_for_all(spoilt: Pipeline) -> None:
    result = spoilt.run("chain", A, C)
    assert not result.success
    states = [spoilt.gate("filtered_documents", shard).state for shard in (A, B, C)]
    assert states == ["open", "failed", "open"]
    assert spoilt.made("filtered_documents") == {A, B, C}
    assert spoilt.made("classified_documents") == set()


def test_the_sound_shards_of_a_stopped_range_go_on_by_themselves(spoilt: Pipeline) -> None:
    spoilt.run("chain", A, C)
    assert spoilt.run("make_and_judge_classified_documents", A).success
    assert spoilt.run("chain", C).success
    assert spoilt.made("verified_qa") == {C}


def test_a_sound_range_is_published(line: Pipeline) -> None:
    assert line.run("chain", A, C).success
    assert line.made("verified_qa") == {A, B, C}
    assert {line.gate(t, shard).state for t in STAGES for shard in (A, B, C)} == {"open"}


def test_a_range_of_downstream_alone_is_refused_whole(spoilt: Pipeline) -> None:
    spoilt.run("chain", A, C)
    message = refusal(spoilt.run("make_classified_documents", A, C))
    assert [line for line in message.splitlines() if "classified" in line or A in line] == []
    assert B in message
    assert spoilt.made("classified_documents") == set()


def test_a_backfill_that_splits_stage_from_stage_publishes_no_shut_shard(spoilt: Pipeline) -> None:
    """Policies that differ put upstream in one range run and downstream in runs of their own."""
    spoilt.run("judge_raw_documents", A, C)
    spoilt.run("make_and_judge_filtered_documents", A, C)
    for stage in MADE[1:]:
        for shard in (A, B, C):
            spoilt.run(f"make_and_judge_{stage}", shard)
    assert spoilt.made("classified_documents") == {A, C}
    assert spoilt.made("verified_qa") == {A, C}


def test_a_warning_shuts_nothing(line: Pipeline) -> None:
    line.instead["raw_documents", A] = with_rows(frames()["raw_documents"], licence=None)
    line.ingest(A)
    result = line.run("chain", A)
    assert result.success
    [told] = [
        evaluation
        for evaluation in result.get_asset_check_evaluations()
        if evaluation.check_name == "raw_documents_suite"
    ]
    assert told.passed
    assert told.description == "warned: licence_present (fails in 24 of 24 rows)"


def test_a_file_replaced_behind_dagsters_back_is_refused(line: Pipeline) -> None:
    line.run("chain", A)
    line.tables.write("checked_qa", A, with_rows(frames()["checked_qa"], model_reason="edited"))
    message = refusal(line.run("make_verified_qa", A))
    assert "checked_qa is stale (judged with another file of checked_qa)" in message


def test_a_deleted_file_is_refused(line: Pipeline) -> None:
    line.run("chain", A)
    line.tables.objects.delete([f"filtered_documents/{A}.parquet"])
    message = refusal(line.run("make_verified_qa", A))
    assert "filtered_documents is stale" in message


def test_a_verdict_does_not_outlive_the_table_it_was_reconciled_with(line: Pipeline) -> None:
    """Ingested anew and judged anew, but nothing downstream was made from it."""
    line.run("chain", A)
    line.instead["raw_documents", A] = frames()["raw_documents"][:-1]
    line.ingest(A)
    assert line.run("judge_raw_documents", A).success
    message = refusal(line.run("make_verified_qa", A))
    assert "filtered_documents is stale (judged with another file of raw_documents)" in message


def test_a_verdict_that_another_check_reports_opens_nothing(line: Pipeline) -> None:
    line.instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey("raw_documents"),
            check_name="raw_documents_suite",
            partition=A,
            passed=True,
        )
    )
    assert "raw_documents is stale" in refusal(line.run("make_filtered_documents", A))


def test_a_suite_that_cannot_run_shuts_its_shard_and_hides_no_other(line: Pipeline) -> None:
    line.run("judge_raw_documents", A, C)
    line.run("make_filtered_documents", A, C)
    line.tables.objects.delete([f"raw_documents/{B}.parquet"])
    assert not line.run("judge_filtered_documents", A, C).success
    verdict = line.gate("filtered_documents", B)
    assert (verdict.state, verdict.failed) == ("failed", ("suite_error",))
    assert "says nothing about the data: StorageError" in verdict.why
    assert line.gate("filtered_documents", C).state == "open"


def test_a_queued_run_takes_no_verdict_back(line: Pipeline) -> None:
    line.run("chain", A)
    line.plan("chain", A)
    assert line.gate("checked_qa", A).state == "open"
    assert line.run("make_verified_qa", A).success


def test_a_planned_check_is_no_verdict(line: Pipeline) -> None:
    line.plan("chain", A)
    verdict = line.gate("raw_documents", A)
    assert verdict.state == "unjudged"
    assert verdict.why == "a check was planned and has not come to a verdict"


def test_a_wiped_asset_is_unjudged(line: Pipeline) -> None:
    line.run("chain", A)
    line.instance.wipe_assets([dg.AssetKey("checked_qa")])
    assert line.gate("checked_qa", A).state == "unjudged"


def test_automation_requests_only_shards_whose_gate_is_open(spoilt: Pipeline) -> None:
    _, cursor = spoilt.requested()
    spoilt.run("judge_raw_documents", A, C)
    spoilt.run("make_and_judge_filtered_documents", A, C)
    for stage in MADE[1:-2]:
        for shard in (A, B, C):
            spoilt.run(f"make_and_judge_{stage}", shard)
    for shard in (A, C):
        spoilt.run("make_checked_qa", shard)
    requested, cursor = spoilt.requested(cursor)
    assert requested == set()
    spoilt.run("judge_checked_qa", C)
    requested, cursor = spoilt.requested(cursor)
    assert requested == {C}
    spoilt.instead["checked_qa", A] = with_rows(frames()["checked_qa"], qa_id="twice")
    spoilt.run("make_and_judge_checked_qa", A)
    requested, _ = spoilt.requested(cursor)
    assert A not in requested


def test_the_verdict_tells_what_was_found(spoilt: Pipeline) -> None:
    result = spoilt.run("chain", B)
    told: dict[str, Any] = {
        evaluation.check_name: {name: entry.value for name, entry in evaluation.metadata.items()}
        for evaluation in result.get_asset_check_evaluations()
    }["filtered_documents_suite"]
    assert told["shard"] == B
    assert told["shut_by"] == ["kept_share"]
    assert "| kept_share | 0.083 of 24 | 0.3 to 1 | critical |" in str(told["failed"])
    assert told["outcomes"] == {"boilerplate": 22, "kept": 2}
    assert told["files"].keys() == {"filtered_documents", "raw_documents"}


def test_status_of_many_shards_takes_few_queries(
    line: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.run("chain", A)
    storage = line.instance.event_log_storage
    queries = [
        mock.Mock(wraps=storage.get_asset_check_partition_info),
        mock.Mock(wraps=storage.get_asset_check_execution_history),
    ]
    monkeypatch.setattr(storage, "get_asset_check_partition_info", queries[0])
    monkeypatch.setattr(storage, "get_asset_check_execution_history", queries[1])
    shards = [A, *(f"wiki/0000000000/{number:05d}" for number in range(1200))]
    found = gate_status(line.instance, shards)
    assert [verdict.asset for verdict in found[A]] == list(STAGES)
    assert {verdict.state for verdict in found[A]} == {"open"}
    assert {verdict.state for shard in shards[1:] for verdict in found[shard]} == {"unjudged"}
    assert [query.call_count for query in queries] == [3 * len(STAGES), 0]
