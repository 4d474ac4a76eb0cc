"""Data Docs of a real run, and gates as the UI's selections meet them."""

from __future__ import annotations

import dagster as dg

from tests.pipeline import Pipeline, town
from webscale_rl_dagster.cli.local import execute, local_instance
from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.definitions import build_definitions
from webscale_rl_dagster.schemas import STAGES

GOOD = [town(number) for number in range(6)]
UNFIT = [f"{town(number)} UNFIT." for number in range(20, 26)]


def test_the_site_shows_what_every_gate_found(pipeline: Pipeline) -> None:
    pipeline.ingest("good.jsonl", GOOD, corpus="good")
    pipeline.ingest("bad.jsonl", UNFIT, corpus="bad")
    pipeline("run", "--all", exit_code=3)
    config = load_config()
    with local_instance(config) as instance:
        made = execute(build_definitions(config), "build_data_docs", instance=instance)
    [event] = made.get_asset_materialization_events()
    metadata = event.materialization.metadata
    assert metadata["validations"].value == 8
    assert metadata["shut"].value == 1
    page = f"{config.storage}/data_docs/index.html"
    assert metadata["site"] == dg.MetadataValue.path(page)
    said = pipeline.tables.objects.get("data_docs/index.html").decode()
    for shard in pipeline.shards:
        assert shard in said
    assert "kept_share (0.000 of 6)" in said


def test_checks_and_tables_lead_to_the_audit_page_and_the_site(pipeline: Pipeline) -> None:
    pipeline.configure(
        audit={"url": "https://audit.example"}, data_docs={"url": "https://docs.example/"}
    )
    pipeline.ingest("good.jsonl", GOOD, corpus="good")
    pipeline("run", "--all")
    [shard] = pipeline.shards
    wanted = {
        "audit": dg.MetadataValue.url(f"https://audit.example/shard/{shard}"),
        "data_docs": dg.MetadataValue.url("https://docs.example/index.html"),
    }
    with local_instance(load_config()) as instance:
        for stage in STAGES:
            found = instance.get_latest_materialization_event(dg.AssetKey(stage))
            assert found is not None
            assert found.asset_materialization is not None
            assert wanted.items() <= found.asset_materialization.metadata.items()
            check = dg.AssetCheckKey(dg.AssetKey(stage), f"{stage}_suite")
            [record] = instance.event_log_storage.get_asset_check_execution_history(check, limit=1)
            assert record.evaluation is not None
            assert wanted.items() <= record.evaluation.metadata.items()


def test_a_new_shard_is_judged_where_a_selection_leaves_its_check_out(pipeline: Pipeline) -> None:
    """As the UI launches a backfill of the job: what can be materialized, and its checks."""
    pipeline.ingest("good.jsonl", GOOD, corpus="good")
    [shard] = pipeline.shards
    job = build_definitions(load_config()).resolve_implicit_global_asset_job_def()
    made = {dg.AssetKey(stage) for stage in STAGES[1:]}
    checks = {dg.AssetCheckKey(key, f"{key.to_user_string()}_suite") for key in made}
    chosen = job.get_subset(asset_selection=made, asset_check_selection=checks)
    with local_instance(load_config()) as instance:
        assert chosen.execute_in_process(instance=instance, partition_key=shard).success
    assert pipeline.status()["shards"][0]["gate"] == {"open": True, "failed": []}


def test_runs_carry_their_shard_and_corpus(pipeline: Pipeline) -> None:
    pipeline.ingest("good.jsonl", GOOD, corpus="good")
    pipeline("run", "--all")
    with local_instance(load_config()) as instance:
        made, ingested = instance.get_runs()
    assert ingested.tags["webscale_rl/corpus"] == "good"
    assert made.tags["webscale_rl/corpus"] == "good"
    assert made.tags["webscale_rl/shard"] == pipeline.shards[0]
