"""Small benchmarks for tests: written as files, indexed, opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from webscale_rl_dagster.decontamination.build import Benchmark, build
from webscale_rl_dagster.decontamination.decontaminator import Decontaminator
from webscale_rl_dagster.decontamination.index import IndexFile
from webscale_rl_dagster.decontamination.items import sources
from webscale_rl_dagster.decontamination.profiles import ProfileName

Rows = Iterable[Mapping[str, Any]]


def write_jsonl(path: Path, rows: Rows) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\n".join(orjson.dumps(row) for row in rows))
    return path


def index_of(folder: Path, rows: Rows, *, name: str = "bench") -> Path:
    path = folder / f"{name}.zip"
    source = write_jsonl(folder / name / "test.jsonl", rows)
    build(name, [Benchmark(name, sources([source]))], path)
    return path


def opened(*indexes: Path, profile: ProfileName = "default", processes: int = 1) -> Decontaminator:
    files = [IndexFile(path.open("rb"), path.name) for path in indexes]
    try:
        return Decontaminator.open(files, profile, processes=processes)
    finally:
        for file in files:
            file.close()
