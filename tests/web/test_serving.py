"""The command itself, as a process."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from typer.testing import CliRunner

from tests.waiting import PATIENCE_S
from tests.web.sites import TOKEN
from webscale_rl_dagster.cli import app

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-c", "from webscale_rl_dagster.cli import main; main()", "audit"]


@contextmanager
def serving(folder: Path, *options: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    (folder / "pipeline.yaml").write_text("storage: store\n")
    with subprocess.Popen(
        [*COMMAND, "--port", "0", *options],
        env=os.environ
        | {"WEBSCALE_RL_CONFIG": str(folder / "pipeline.yaml"), "PYTHONUNBUFFERED": "1"}
        | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def address_said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    found = re.search(r"http://\S+", process.stdout.readline())
    assert found
    return found[0]


def test_it_serves_prints_a_link_and_ends_quietly(tmp_path: Path) -> None:
    with serving(tmp_path) as process:
        address = address_said(process)
        assert process.stdout is not None
        link = process.stdout.readline().split()[-1]
        assert link.startswith(f"{address}/sign-in?token=")
        with urlopen(f"{address}/") as answer:
            assert answer.status == 200
            assert answer.headers["server"] is None
        with urlopen(link) as answer:
            assert answer.url == f"{address}/"
        process.send_signal(signal.SIGINT)
        said, errors = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 130
        assert (said, errors) == ("", "")


def test_a_configured_token_is_not_printed_and_is_needed(tmp_path: Path) -> None:
    with serving(tmp_path, "--token-env", "AUDIT_TOKEN", AUDIT_TOKEN=TOKEN) as process:
        address = address_said(process)
        with pytest.raises(HTTPError) as refused:
            urlopen(f"{address}/")
        refused.value.close()
        assert refused.value.code == 401
        asked = Request(f"{address}/", headers={"Authorization": f"Bearer {TOKEN}"})
        with urlopen(asked) as answer:
            assert TOKEN not in answer.read().decode()
        process.send_signal(signal.SIGTERM)
        said, errors = process.communicate(timeout=PATIENCE_S)
        assert TOKEN not in said + errors


def refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *options: str, settings: str = ""
) -> str:
    """What the command says when it does not start; it may not even listen."""
    (folder / "pipeline.yaml").write_text(f"storage: store\n{settings}")
    monkeypatch.setenv("WEBSCALE_RL_CONFIG", str(folder / "pipeline.yaml"))
    result = CliRunner().invoke(app, ["audit", *options])
    assert result.exit_code == 1
    return str(result.exception)


def test_elsewhere_it_needs_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = refused(tmp_path, monkeypatch, "--host", "0.0.0.0", "--port", "0")
    assert "--token-env" in said


def test_a_token_that_is_not_set_or_too_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AUDIT_TOKEN", raising=False)
    settings = "audit: {token_env: AUDIT_TOKEN}\n"
    assert "AUDIT_TOKEN" in refused(tmp_path, monkeypatch, settings=settings)
    monkeypatch.setenv("AUDIT_TOKEN", "secret")
    said = refused(tmp_path, monkeypatch, settings=settings)
    assert "at least 16" in said
    assert "secret'" not in said


@pytest.mark.parametrize("url", ["javascript:alert(1)", "127.0.0.1:3000", "http://me:pw@host"])
def test_dagster_is_at_a_web_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    assert "--dagster-url" in refused(tmp_path, monkeypatch, "--dagster-url", url)


def test_a_port_that_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert "--port" in refused(tmp_path, monkeypatch, "--port", port)


def test_the_server_loads_no_dagster() -> None:
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import webscale_rl_dagster.cli, webscale_rl_dagster.web.app, sys; print(*sys.modules)",
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert "webscale_rl_dagster.web.app" in loaded
    heavy = {"dagster", "matplotlib", "sklearn", "transformers", "great_expectations"}
    assert not heavy & set(loaded)
