"""Exports in the hands of the trainers themselves; where those are not installed, these skip."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from tests.exports.releases import small_release
from webscale_rl_dagster.releases.reading import Release

HERE = Path(__file__).parent

MARKS = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("trl") is None or importlib.util.find_spec("verl") is None,
        reason="the trainers are not installed here; they have an environment of their own",
    ),
    # Trainers warn about their dependencies and leave files and processes to the garbage collector.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            for mark in MARKS:
                item.add_marker(mark)


@pytest.fixture
def release(tmp_path: Path) -> Release:
    return small_release(tmp_path / "storage")


@pytest.fixture(autouse=True)
def _caches_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "datasets"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("WANDB_MODE", "disabled")
