from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from tests.expectations import builders
from tests.releases.published import SHARDS, pair, publish
from webscale_rl_dagster.card.markdown import plain, table
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.releases import licences, tally
from webscale_rl_dagster.releases.building import build_release
from webscale_rl_dagster.releases.describing import front_matter
from webscale_rl_dagster.releases.reading import Release
from webscale_rl_dagster.schemas import STAGES, VERDICTS
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables

HOSTILE = "MIT](http://evil) | <b>\n# pwned `x`"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Of one whole shard and one of which only the pairs are left, with a hostile licence."""
    tables = Tables(Objects(str(tmp_path_factory.mktemp("store"))))
    builders.write(tables)
    publish(tables, SHARDS[0], [pair(SHARDS[0], n, licence=HOSTILE) for n in range(10)])
    return build_release(
        tables,
        [builders.SHARD, SHARDS[0]],
        "v1",
        config=Config.model_validate(
            {"release": {"splits": {"train": 0.5, "validation": 0.5, "test": 0}}}
        ),
        created=datetime(2026, 11, 22, 20, 30, tzinfo=UTC),
    )


def text(release: Release, path: str) -> str:
    return Path(release.uri, path).read_text(encoding="utf-8")


def header(release: Release) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text(release, "README.md").split("---\n")[1])
    return found


def test_the_manifest_says_what_lies_there(release: Release) -> None:
    manifest = release.manifest
    data = {
        path.relative_to(release.uri).as_posix(): path
        for path in Path(release.uri).rglob("*.parq*")
    }
    assert {file["path"] for file in manifest["files"]} == data.keys()
    for file in manifest["files"]:
        stored = data[file["path"]].read_bytes()
        assert file["sha256"] == sha256(stored).hexdigest()
        assert file["bytes"] == len(stored)
        assert file["rows"] == pl.read_parquet(stored).height
    lines = [
        f"{file['sha256']}  {file['path']}\n"
        for file in manifest["files"]
        if file["path"].startswith("data/")
    ]
    assert manifest["content_sha256"] == sha256("".join(lines).encode()).hexdigest()
    assert manifest["created"] == "2026-11-22T20:30:00+00:00"
    assert manifest["previous"] is None


def test_the_manifests_counts_add_up(release: Release) -> None:
    manifest = release.manifest
    assert list(manifest["funnel"]) == [*STAGES, "release"]
    for counts in manifest["funnel"].values():
        assert counts["input"] == (
            counts["kept"] + sum(counts["dropped"].values()) + counts["failed"]
        )
    assert manifest["funnel"]["raw_documents"]["input"] == builders.DOCUMENTS
    assert manifest["funnel"]["release"]["input"] == manifest["funnel"]["verified_qa"]["kept"]
    assert manifest["pairs"] == sum(manifest["splits"].values())
    assert manifest["pairs"] == sum(shard["pairs"] for shard in manifest["shards"].values())
    for counted in (
        *manifest["models"].values(),
        *manifest["mix"].values(),
        manifest["licences"],
        manifest["corpora"],
        manifest["profiles"],
        manifest["prompt_versions"],
    ):
        assert sum(counted.values()) == manifest["pairs"]
    assert manifest["licences"][HOSTILE] == 10
    assert manifest["verdicts"].keys() <= set(VERDICTS)
    assert sum(manifest["verdicts"]["answer_empty"].values()) == 48


def test_the_readme_loads_and_shows_the_counts(release: Release) -> None:
    found = header(release)
    assert found["configs"][0]["data_files"] == [
        {"split": "train", "path": "data/train-*.parquet"},
        {"split": "validation", "path": "data/validation-*.parquet"},
    ]
    assert found["size_categories"] == ["n<1K"]
    assert (found["license"], found["license_link"]) == ("other", "LICENSES.md")
    body = text(release, "README.md")
    manifest = release.manifest
    assert f"| train | {manifest['documents']['train']} | {manifest['splits']['train']} |" in body
    said = manifest["verdicts"]["answer_empty"]
    assert f"| answer_empty | {said['passed']} | {said['failed']} |" in body


def test_licences_that_hubs_know_are_named_there() -> None:
    manifest = {"name": "v1", "pairs": 12_000, "splits": {"train": 12_000}}
    manifest["licences"] = {"CC0-1.0": 2, "MIT": 1}
    found = yaml.safe_load(front_matter(manifest).strip("-\n"))
    assert found["license"] == ["cc0-1.0", "mit"]
    assert found["size_categories"] == ["10K<n<100K"]


def test_licences_are_named_by_source_and_cannot_write_the_page(
    release: Release,
) -> None:
    page = text(release, "LICENSES.md")
    assert "\n# pwned" not in page
    rows = [re.split(r"(?<!\\)\|", line) for line in page.splitlines() if line.startswith("|")]
    assert {len(row) for row in rows} == {6}
    assert f"| {plain(HOSTILE)} | news | 1 | 10 |" in page
    assert r"| news | s3://corpora/news.jsonl | 10 |" in page


def test_long_lists_end_with_how_many_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(licences, "LINES", 2)
    monkeypatch.setattr(tally, "NAMED", 2)
    found = tally.Tally()
    found.sources.update({("wiki", "MIT", f"{number}.txt"): number for number in range(1, 6)})
    found.pairs["licence"].update({f"licence {number}": number for number in range(1, 6)})
    page = licences.licences(found)
    assert "| MIT | wiki | 5 | 15 |\n\n## Source files" in page
    assert "| MIT | wiki | 4.txt | 4 |\n\nand 3 more\n" in page
    assert found.of("licence") == {"licence 5": 5, "licence 4": 4, "others": 6}


def test_cells_stay_cells() -> None:
    assert table(("a", "b"), [("1|2", "x\ny")], numbers=1) == (
        "| a | b |\n| --- | ---: |\n| 1\\|2 | x y |"
    )
    assert len(plain("x" * 10_000)) < 400


def in_a_process_of_its_own(script: str, *arguments: str) -> Any:
    """What a script prints as JSON: these libraries bring log handlers that outlive a test.

    The process leaves without Python's teardown, in which the pyarrow they read with now and then
    aborts although all is done (apache/arrow#34314).
    """
    leave = "sys.stdout.flush()\nimport os\nos._exit(0)\n"
    done = subprocess.run(
        [sys.executable, "-c", script + leave, *arguments], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


LOAD = """
import json, sys, datasets
loaded = datasets.load_dataset(sys.argv[1], cache_dir=sys.argv[2])
print(json.dumps({split: list(part) for split, part in loaded.items()}))
"""
RECORDS = """
import json, sys, mlcroissant
dataset = mlcroissant.Dataset(sys.argv[1])
assert not dataset.metadata.issues.errors
names = ("train/qa_id", "train/answer_aliases")
records = [[record[name] for name in names] for record in dataset.records("train")]
print(json.dumps([[name.decode(), [one.decode() for one in other]] for name, other in records]))
"""


def test_datasets_loads_the_folder_as_it_is(release: Release, tmp_path: Path) -> None:
    loaded = in_a_process_of_its_own(LOAD, release.uri, str(tmp_path))
    assert {split: len(rows) for split, rows in loaded.items()} == {
        split: rows for split, rows in release.manifest["splits"].items() if rows
    }
    assert loaded["train"] == next(release.batches("train", rows=10_000)).to_dicts()


def test_croissant_is_read_by_its_own_library(release: Release) -> None:
    croissant = json.loads(text(release, "croissant.json"))
    hashes = {one["@id"]: one.get("sha256") for one in croissant["distribution"]}
    for file in release.manifest["files"]:
        if file["path"].startswith("data/"):
            assert hashes[file["path"]] == file["sha256"]
    stored = next(release.batches("train", rows=10_000)).select("qa_id", "answer_aliases")
    records = in_a_process_of_its_own(RECORDS, f"{release.uri}/croissant.json")
    assert records == [list(row) for row in stored.rows()]
