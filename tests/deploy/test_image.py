"""deploy/Dockerfile: linted, and what it copies is there; no image is built."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.deploy.deployed import DEPLOY, ROOT

DOCKERFILE = DEPLOY / "Dockerfile"
LOCKS = ("requirements-deploy.lock", "requirements-vllm.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def named(requirement: str) -> str:
    """The package, in the spelling of the locks."""
    return re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-")


def pins(name: str) -> dict[str, set[str]]:
    """Versions by package; some have one per platform."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / name).read_text().splitlines():
        if pin := re.match(r"([\w.-]+)(?:\[[\w,]+\])?==([^ ;]+)", line):
            found.setdefault(pin[1], set()).add(pin[2])
    return found


def test_the_linter_has_nothing_to_say() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    linted = subprocess.run([hadolint, DOCKERFILE], capture_output=True, text=True, check=False)
    assert (linted.returncode, linted.stdout) == (0, "")


def test_what_is_copied_is_there_and_reaches_the_builder() -> None:
    text = DOCKERFILE.read_text()
    sent = {
        line.removeprefix("!")
        for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    named = {lock if source == "${LOCK}" else source for source in copied for lock in LOCKS}
    assert named == sent
    assert all((ROOT / source).exists() for source in named)


def test_the_lock_is_all_that_is_installed() -> None:
    installs = re.findall(r"pip install (.+)$", DOCKERFILE.read_text(), re.MULTILINE)
    assert installs == ["--no-deps -r lock.txt", "--no-deps --no-build-isolation ."]
    builders = {named(builder) for builder in PROJECT["build-system"]["requires"]}
    assert all(builders <= set(pins(lock)) for lock in LOCKS)


def test_the_locks_hold_what_people_are_told_to_install() -> None:
    """In an image nobody can."""
    pages = [ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("webscale_rl_dagster/**/*.py")]
    told = "".join(page.read_text() for page in pages)
    extras = set(re.findall(r"webscale-rl-dagster\[([\w-]+)\]", told))
    assert {"ray", "postgres", "openlineage", "vllm"} <= extras
    for extra in extras:
        needed = {named(package) for package in PROJECT["project"]["optional-dependencies"][extra]}
        for lock in LOCKS if extra != "vllm" else ("requirements-vllm.lock",):
            assert needed <= set(pins(lock)), (extra, lock)
    assert pins("requirements-deploy.lock")["ray"] == pins("requirements-dev.lock")["ray"]


def test_nothing_runs_as_root() -> None:
    stages = re.split(r"^FROM ", DOCKERFILE.read_text(), flags=re.MULTILINE)[1:]
    users = {
        stage.split("\n")[0]: re.findall(r"^USER (\S+)$", stage, re.MULTILINE) for stage in stages
    }
    assert users == {
        "${BASE} AS build": [],
        "${BASE} AS runtime": ["10001"],
        "runtime AS vllm": ["0", "10001"],
        "runtime": [],
    }


def test_the_locks_hold_what_is_deployed_in_the_versions_that_are_tested() -> None:
    tested = pins("requirements.lock")
    deployed = pins("requirements-deploy.lock")
    assert {"dagster-postgres", "dagster-k8s", "dagster-aws", "dagster-webserver"} <= set(deployed)
    assert {name: deployed[name] for name in tested if name in deployed} == tested
    vllm = pins("requirements-vllm.lock")
    assert vllm["vllm"] == {"0.32.0"}
    ours = {name for name in deployed if name.startswith("dagster")}
    assert {name: vllm[name] for name in ours} == {name: deployed[name] for name in ours}
