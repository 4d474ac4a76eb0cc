"""`webscale-rl benchmarks` as a user types it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.decontamination.indexes import write_jsonl
from webscale_rl_dagster.cli import app
from webscale_rl_dagster.errors import BenchmarkError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    config = tmp_path / "pipeline.yaml"
    config.write_text(f"storage: {tmp_path / 'storage'}\n")
    monkeypatch.setenv("WEBSCALE_RL_CONFIG", str(config))
    return tmp_path


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["benchmarks", *arguments], catch_exceptions=True)
    if isinstance(result.exception, Exception):
        raise result.exception
    return result.output


def test_add_and_list(folder: Path) -> None:
    row = {"body": "In which year did the old mill by the weir burn down?", "question": "x"}
    path = write_jsonl(folder / "set" / "dev.jsonl", [row])
    write_jsonl(folder / "set" / "train.jsonl", [row])
    out = run(
        "add", str(path.parent), "--name", "mills", "--question-field", "body", "--split", "dev"
    )
    assert "mills: 1 items" in out
    listed = json.loads(run("list", "--json"))
    assert [one["name"] for one in listed] == ["ready", "mills"]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert listed[1]["files"] == [
        {"benchmark": "mills", "file": "dev.jsonl", "split": "dev", "sha256": digest, "items": 1}
    ]
    assert digest[:12] in run("list")


def test_what_is_not_in_force_is_told(folder: Path) -> None:
    path = write_jsonl(folder / "dev.jsonl", [{"question": "Who burned down the old mill?"}])
    assert "set `decontamination: {benchmarks: [ready, mills]}`" in run(
        "add", str(path), "--name", "mills"
    )
    assert run("list").count("not in force") == 1
    with (folder / "pipeline.yaml").open("a") as config:
        config.write("decontamination: {benchmarks: [ready, mills]}\n")
    assert "Not in force" not in run("add", str(path), "--name", "mills")
    assert "not in force" not in run("list")


def test_a_bad_field_is_named(folder: Path) -> None:
    path = write_jsonl(folder / "dev.jsonl", [{"question": "Is it so or not?"}])
    with pytest.raises(BenchmarkError, match="no field 'stem'; its fields are question"):
        run("add", str(path), "--name", "mills", "--question-field", "stem")
