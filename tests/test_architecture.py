"""The rules of the layout that a linter does not know: arrows run downwards, imports stay cheap."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "webscale_rl_dagster"
NAME = "webscale_rl_dagster"

LEVELS: list[set[str]] = [
    {"addresses", "identity", "errors", "rewards"},
    {"schemas"},
    {"config", "partitions"},
    {"storage", "home"},
    {"decontamination"},
    {"deduplication"},
    {"corpora", "verification"},
    {"inference"},
    {"prompts"},
    {"lineage", "writing"},
    {"card"},
    {"releases", "stages"},
    {"search"},
    {"audit", "exports"},
    {"removal", "web"},
    {"notices", "resources"},
    {"expectations"},
    {"assets"},
    {"automation"},
    {"definitions"},
    {"cli"},
]
"""From the bottom up; a room imports only rooms below it."""


def level_of(room: str) -> int:
    return next(number for number, rooms in enumerate(LEVELS) if room in rooms)


def imports_of(path: Path) -> Iterator[str]:
    """Rooms of this package that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom) and node.module:
            whole_package = node.module == NAME
            names = [f"{NAME}.{a.name}" for a in node.names] if whole_package else [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        yield from (name.split(".")[1] for name in names if name.startswith(f"{NAME}."))


MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_arrows_run_downwards(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    above = {
        other for other in imports_of(path) if other != room and level_of(other) >= level_of(room)
    }
    assert not above, f"{room} imports {above}, which stand above or beside it"


def test_the_package_imports_at_once_and_needs_no_extra() -> None:
    """What costs time to import is imported where it is used."""
    loaded = subprocess.run(
        [sys.executable, "-c", f"import {NAME}, sys; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert not {"dagster", "polars", "great_expectations", "transformers"} & set(loaded)


def test_definitions_load_without_the_slow_libraries() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", f"import {NAME}.definitions, sys; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    slow = {
        "boto3",
        "dagster_aws",
        "great_expectations",
        "matplotlib",
        "xllamacpp",
        "torch",
        "vllm",
    }
    assert not slow & set(loaded)
