"""The look-ups start at once: they load nothing that they have no use for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.audit.corpora import ingest_all
from tests.pipeline import Pipeline, town
from webscale_rl_dagster.identity import document_id

_SLOW = {
    "aiohttp",
    "dagster",
    "great_expectations",
    "matplotlib",
    "sklearn",
    "starlette",
    "transformers",
    "vllm",
    "xllamacpp",
}
_RUN = """
import atexit, sys
atexit.register(lambda: print(*sys.modules, file=sys.stderr))
from webscale_rl_dagster.cli import main
main()
"""


@pytest.mark.parametrize("command", ["trace", "fate"])
def test_no_slow_library_is_loaded(pipeline: Pipeline, command: str) -> None:
    ingest_all(pipeline)
    config = str(pipeline.folder / "pipeline.yaml")
    what = document_id(town(0))
    ran = subprocess.run(
        [sys.executable, "-c", _RUN, "--config", config, command, what],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (what in ran.stdout) is (command == "fate")
    loaded = set(ran.stderr.split())
    assert "webscale_rl_dagster.audit.lookup" in loaded
    assert not _SLOW & loaded


def test_no_command_waits_for_what_another_one_loads() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import webscale_rl_dagster.cli, sys; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert "webscale_rl_dagster.cli.marks" in loaded
    assert not (_SLOW | {"polars", "pyarrow"}) & set(loaded)
