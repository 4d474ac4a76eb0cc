from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from tests.exports.releases import PAIRS, SPLITS, release_frame, small_release
from tests.exports.written import rows
from webscale_rl_dagster.errors import ReleaseError, StorageError
from webscale_rl_dagster.exports import FORMATS, load_format
from webscale_rl_dagster.exports.columns import INSTRUCTION
from webscale_rl_dagster.exports.export import export
from webscale_rl_dagster.releases.reading import Release, open_release


def data(name: str, out: Path, split: str) -> Path:
    return out / load_format(name).data.format(split=split)


def id_of(row: dict[str, object]) -> object:
    """Where a format keeps the id of the pair."""
    places = (row, row.get("extra_info"), row.get("metadata"))
    return next(place["qa_id"] for place in places if isinstance(place, dict) and "qa_id" in place)


@pytest.mark.parametrize("name", FORMATS)
def test_every_row_of_every_split_is_written_in_order_under_its_id(
    name: str, release: Release, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    written = export(release, load_format(name), out)
    assert written.rows == {"train": 18, "validation": 9, "test": 9}
    for split in SPLITS:
        expected = release_frame(split, written.rows[split])["qa_id"].to_list()
        assert [id_of(row) for row in rows(data(name, out, split))] == expected


@pytest.mark.parametrize("name", FORMATS)
def test_usage_names_files_that_are_there(name: str, release: Release, tmp_path: Path) -> None:
    out = tmp_path / "out"
    written = export(release, load_format(name), out)
    assert written.usage == (out / "USAGE.txt").read_text()
    paths = {
        word.strip("\"',[]{}()=").split("=")[-1].strip("\"',[]")
        for file in out.rglob("*")
        if file.suffix in (".txt", ".yaml")
        for word in file.read_text().split()
        if str(out) in word
    }
    assert paths
    assert [path for path in paths if not Path(path[path.index(str(out)) :]).exists()] == []


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_written_beside_the_data_is_well_formed(
    name: str, release: Release, tmp_path: Path
) -> None:
    out = export(release, load_format(name), tmp_path / "out").folder
    ruff = [sys.executable, "-m", "ruff"]
    options = ["--isolated", "--no-cache", "--quiet", "--line-length", "100", str(out)]
    subprocess.run([*ruff, "check", "--select", "E,F,B,UP,D100,D415", *options], check=True)
    subprocess.run([*ruff, "format", "--check", *options], check=True)
    for path in out.rglob("*.yaml"):
        assert yaml.safe_load(path.read_text())
    for path in out.rglob("*.toml"):
        assert tomllib.loads(path.read_text())


def test_the_script_that_usage_shows_for_trl_is_python(release: Release, tmp_path: Path) -> None:
    usage = export(release, load_format("trl"), tmp_path / "out").usage
    compile(usage[usage.index("from datasets") :], "USAGE.txt", "exec")


@pytest.mark.parametrize("name", FORMATS)
def test_the_prompt_is_the_question_and_the_instruction(
    name: str, release: Release, tmp_path: Path
) -> None:
    def first(instruction: str | None) -> str:
        out = tmp_path / str(instruction)[:5]
        export(release, load_format(name), out, instruction=instruction)
        return json.dumps(rows(data(name, out, "train"))[0], default=str)

    question = PAIRS[0].question
    assert json.dumps(f"{question}\n\n{INSTRUCTION}") in first(INSTRUCTION)
    assert json.dumps(f"{question}\n\nAnswer briefly.") in first("Answer briefly.")
    bare = first(None)
    assert INSTRUCTION not in bare
    assert json.dumps(question) in bare


@pytest.mark.parametrize("name", FORMATS)
def test_extras_are_json_text(name: str, release: Release, tmp_path: Path) -> None:
    export(release, load_format(name), tmp_path / "out")
    row = rows(data(name, tmp_path / "out", "train"))[0]
    holder = next(place for place in (row, row.get("extra_info"), row.get("metadata"))
                  if isinstance(place, dict) and "extras" in place)  # fmt: skip
    extras = json.loads(holder["extras"])
    assert extras["licence"] == "CC-BY-SA-4.0"
    assert extras["title"] == "A “quoted” title"


def test_a_folder_with_something_in_it_is_refused(release: Release, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(StorageError, match="--force"):
        export(release, load_format("sft"), tmp_path)
    assert [path.name for path in tmp_path.glob("*.txt")] == ["mine.txt"]


def test_force_replaces_an_export_and_nothing_else(release: Release, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(release, load_format("verl"), out)
    export(release, load_format("sft"), out, force=True)
    assert json.loads((out / "EXPORT.json").read_text())["format"] == "sft"
    assert not (out / "reward.py").exists()
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.tex").write_text("years")
    with pytest.raises(StorageError, match="no export wrote"):
        export(release, load_format("sft"), other, force=True)
    assert (other / "thesis.tex").read_text() == "years"


def test_force_spares_what_was_put_beside_an_export_but_not_what_its_use_left(
    release: Release, tmp_path: Path
) -> None:
    out = export(release, load_format("verl"), tmp_path / "out").folder
    (out / "__pycache__").mkdir()
    (out / "__pycache__/reward.cpython-311.pyc").write_bytes(b"")
    export(release, load_format("verl"), out, force=True)
    (out / "checkpoints").mkdir()
    (out / "checkpoints/step_100.pt").write_bytes(b"days")
    with pytest.raises(StorageError, match="checkpoints/step_100.pt"):
        export(release, load_format("verl"), out, force=True)
    assert (out / "checkpoints/step_100.pt").read_bytes() == b"days"


@pytest.mark.parametrize(
    ("verdict", "message"),
    [
        (None, "was not judged"),
        ({"passed": True, "content_sha256": "1" * 64, "failed": []}, "was not judged"),
        (
            {"passed": False, "content_sha256": "", "failed": ["domain_mix (0.97)"]},
            r"the gate of release v1 is shut: domain_mix \(0.97\)",
        ),
    ],
)
def test_nothing_leaves_a_release_behind_a_shut_gate(
    release: Release, tmp_path: Path, verdict: dict[str, Any] | None, message: str
) -> None:
    path = Path(release.uri, "VERDICT.json")
    path.write_text(json.dumps(verdict)) if verdict else path.unlink()
    with pytest.raises(ReleaseError, match=message):
        export(release, load_format("verl"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_data_that_was_changed_since_the_verdict_is_not_exported(
    release: Release, tmp_path: Path
) -> None:
    [path, *_] = sorted(Path(release.uri, "data").glob("test-*"))
    pl.read_parquet(path).with_columns(answer=pl.lit("Mallory")).write_parquet(path)
    with pytest.raises(ReleaseError, match="were changed since it was judged"):
        export(release, load_format("verl"), tmp_path / "out")
    path.unlink()
    with pytest.raises(ReleaseError, match="are not all there"):
        open_release(release.objects, "v1")


class Judged:
    """A release behind an open gate, of rows that are stored nowhere."""

    name, splits = "v1", SPLITS

    def __init__(self, release: Release) -> None:
        self.objects, self.manifest = release.objects, release.manifest
        self.digests = release.digests


def test_what_appears_in_the_folder_meanwhile_is_spared(release: Release, tmp_path: Path) -> None:
    out = tmp_path / "out"

    class Slow(Broken):
        splits = ("train",)

        def batches(
            self, split: str, columns: Sequence[str], *, rows: int
        ) -> Iterator[pl.DataFrame]:
            yield from super().batches(split, columns, rows=rows)
            out.mkdir()
            (out / "mine.txt").write_text("mine")

    with pytest.raises(StorageError, match="not empty"):
        export(Slow(release), load_format("verl"), out)
    assert (out / "mine.txt").read_text() == "mine"


class Broken(Judged):
    """Ends in the middle of the second split."""

    def batches(self, split: str, columns: Sequence[str], *, rows: int) -> Iterator[pl.DataFrame]:
        yield release_frame(split, 5).select(columns)
        if split != "train":
            raise StorageError("the bucket is gone")


@pytest.mark.parametrize("force", [False, True])
def test_an_export_that_fails_leaves_what_was_there(
    release: Release, tmp_path: Path, force: bool
) -> None:
    out = tmp_path / "exports" / "out"
    if force:
        export(release, load_format("verl"), out)
    with pytest.raises(StorageError, match="bucket"):
        export(Broken(release), load_format("verl"), out, force=force)
    assert out.exists() is force
    assert [path for path in (tmp_path / "exports").iterdir() if path != out] == []
    assert not force or len(rows(out / "train.parquet")) == 18


def test_an_export_that_cannot_be_put_in_place_leaves_the_former(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    export(release, load_format("verl"), out)
    rename = os.rename

    def refused(source: Path, target: Path) -> None:
        if source.name == "new":
            raise PermissionError("no")
        rename(source, target)

    monkeypatch.setattr(os, "rename", refused)
    with pytest.raises(StorageError, match="cannot write"):
        export(release, load_format("sft"), out, force=True)
    assert json.loads((out / "EXPORT.json").read_text())["format"] == "verl"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "storage"]


def test_a_split_without_rows_has_no_file_and_usage_names_another(tmp_path: Path) -> None:
    release = small_release(tmp_path / "storage", rows=(9, 0, 4))
    written = export(release, load_format("verl"), tmp_path / "out")
    assert written.rows["validation"] == 0
    assert not (tmp_path / "out/validation.parquet").exists()
    assert f"data.val_files={tmp_path}/out/test.parquet" in written.usage


def test_a_release_without_training_pairs_is_refused(tmp_path: Path) -> None:
    release = small_release(tmp_path / "storage", rows=(0, 0, 4))
    with pytest.raises(ReleaseError, match="no pairs to train on"):
        export(release, load_format("verl"), tmp_path / "out")


def test_an_unknown_format_names_those_there_are() -> None:
    with pytest.raises(ValueError, match="verl, trl"):
        load_format("verl2")


class Endless(Judged):
    """Many batches of a few rows that are held nowhere."""

    def batches(self, split: str, columns: Sequence[str], *, rows: int) -> Iterator[pl.DataFrame]:
        for number in range(300 if split == "train" else 0):
            yield release_frame(split, 100, first=100 * number).select(columns)


@pytest.mark.parametrize("name", ["verl", "slime"])
def test_memory_does_not_grow_with_the_release(release: Release, name: str, tmp_path: Path) -> None:
    tracemalloc.start()
    written = export(Endless(release), load_format(name), tmp_path / "out")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert written.rows["train"] == 30_000
    assert peak < 30e6
    indices = range(30_000)
    if name == "verl":
        assert [row["extra_info"]["index"] for row in rows(tmp_path / "out/train.parquet")] == [
            *indices
        ]
