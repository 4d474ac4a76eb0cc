from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.exports.releases import write_release
from webscale_rl_dagster.cli import app


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With a configuration and a release in the storage that it names."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pipeline.yaml").write_text("storage: storage\n")
    monkeypatch.setenv("WEBSCALE_RL_CONFIG", str(tmp_path / "pipeline.yaml"))
    write_release(tmp_path / "storage")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["export", *arguments])


def test_it_writes_and_prints_the_lines_for_the_trainer(folder: Path) -> None:
    result = run("--format", "verl", "--release", "v1", "--out", "rl")
    assert result.exit_code == 0
    assert "18 train, 9 validation, 9 test" in result.output
    assert f"reward.custom_reward_function.path={folder}/rl/reward.py" in result.output
    assert (folder / "rl/train.parquet").exists()


def test_a_script_reads_what_was_written(folder: Path) -> None:
    result = run("--format", "sft", "--release", "v1", "--out", "rl", "--json")
    body = json.loads(result.output)
    assert body["rows"] == {"train": 18, "validation": 9, "test": 9}
    assert body["usage"] == (folder / "rl/USAGE.txt").read_text()


def test_the_instruction_can_be_replaced_and_left_out(folder: Path) -> None:
    def instruction(out: str, *arguments: str) -> object:
        run("--format", "sft", "--release", "v1", "--out", out, *arguments)
        return json.loads((folder / out / "EXPORT.json").read_text())["instruction"]

    assert "<answer>" in str(instruction("a"))
    assert instruction("b", "--instruction", "Be brief.") == "Be brief."
    assert instruction("c", "--instruction", "") is None


def test_wrong_usage_says_what_is_right(folder: Path) -> None:
    result = run("--format", "ver", "--release", "v1", "--out", "rl")
    assert result.exit_code == 2
    assert "open_instruct" in result.output
    assert not (folder / "rl").exists()


def test_a_second_export_to_one_folder_needs_force(folder: Path) -> None:
    arguments = ("--format", "sft", "--release", "v1", "--out", "rl")
    assert run(*arguments).exit_code == 0
    assert run(*arguments).exit_code == 1
    assert run(*arguments, "--force").exit_code == 0
