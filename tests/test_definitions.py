"""What Dagster loads: the graph, its checks, and that workspace.yaml finds it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import dagster as dg

from webscale_rl_dagster.config import Config
from webscale_rl_dagster.definitions import build_definitions
from webscale_rl_dagster.schemas import STAGES

ROOT = Path(__file__).parents[1]


def test_every_stage_is_an_asset_with_a_blocking_check() -> None:
    graph = build_definitions(Config()).resolve_asset_graph()
    assets = {key.to_user_string() for key in graph.get_all_asset_keys()}
    assert assets == {*STAGES, "dataset_release", "data_docs"}
    for asset in assets - {"data_docs"}:
        [check] = graph.get_check_keys_for_assets({dg.AssetKey(asset)})
        assert graph.get_check_spec(check).blocking


def test_the_chain_is_the_funnel() -> None:
    graph = build_definitions(Config()).resolve_asset_graph()
    parents = {
        stage: {key.to_user_string() for key in graph.get(dg.AssetKey(stage)).parent_keys}
        for stage in (*STAGES, "dataset_release")
    }
    assert parents == {
        "raw_documents": set(),
        "filtered_documents": {"raw_documents"},
        "classified_documents": {"raw_documents", "filtered_documents"},
        "candidate_qa": {"raw_documents", "classified_documents"},
        "checked_qa": {"raw_documents", "candidate_qa"},
        "verified_qa": {"raw_documents", "candidate_qa", "checked_qa"},
        "dataset_release": {"verified_qa"},
    }


def test_every_asset_has_a_description_a_group_kinds_and_an_owner() -> None:
    graph = build_definitions(Config()).resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description
        assert node.group_name in {"documents", "pairs", "releases", "quality"}
        assert node.kinds
        assert node.owners


def test_every_description_teaches() -> None:
    """What goes in, what comes out, what drops rows, how to run it again."""
    graph = build_definitions(Config()).resolve_asset_graph()
    for asset in (*STAGES, "dataset_release"):
        said = graph.get(dg.AssetKey(asset)).description or ""
        for word in ("**In**", "**Out**", "**Drops**", "**Again**"):
            assert word in said, asset


def test_runs_of_a_shard_are_tagged_by_shard_and_corpus() -> None:
    job = build_definitions(Config()).resolve_job_def("make_pairs")
    assert job.partitioned_config is not None
    tags = job.partitioned_config.get_tags_for_partition_key("wiki/3f9a1c77d0/00000")
    assert tags["webscale_rl/shard"] == "wiki/3f9a1c77d0/00000"
    assert tags["webscale_rl/corpus"] == "wiki"


def test_the_launchpad_explains_every_field() -> None:
    jobs = {"ingest_corpus": "ingest_files", "make_release": "dataset_release"}
    for name, op in jobs.items():
        job = build_definitions(Config()).resolve_job_def(name)
        schema: Any = job.graph.node_named(op).definition.config_schema
        for field in schema.config_type.fields.values():
            assert field.description
            assert not field.is_required


def test_a_code_version_names_its_prompt() -> None:
    graph = build_definitions(Config()).resolve_asset_graph()
    versions = {stage: graph.get(dg.AssetKey(stage)).code_version for stage in STAGES[1:-1]}
    assert len({str(version).partition("+")[2] for version in versions.values()}) == 4


def test_dagster_validates_the_workspace(tmp_path: Path) -> None:
    environment = os.environ | {"DAGSTER_HOME": str(tmp_path)}
    found = subprocess.run(
        [str(Path(sys.executable).parent / "dagster"), "definitions", "validate"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert found.returncode == 0, found.stderr
    assert "webscale_rl_dagster" in found.stdout
