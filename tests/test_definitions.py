"""What Dagster loads: the graph, its checks, and that workspace.yaml finds it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg

from webscale_rl_dagster.config import Config
from webscale_rl_dagster.definitions import build_definitions
from webscale_rl_dagster.schemas import STAGES

ROOT = Path(__file__).parents[1]


def test_every_stage_is_an_asset_with_a_blocking_check() -> None:
    graph = build_definitions(Config()).resolve_asset_graph()
    assets = {key.to_user_string() for key in graph.get_all_asset_keys()}
    assert assets == {*STAGES, "dataset_release"}
    for asset in assets:
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
        assert node.group_name in {"documents", "pairs", "releases"}
        assert "polars" in node.kinds
        assert node.owners


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
