"""What scripts/browser.sh does on a machine without a browser."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.browser.chromium import MISSING

SCRIPT = Path(__file__).parents[1] / "scripts" / "browser.sh"


@pytest.mark.parametrize(("user", "installed"), [("0", "chromium chromium-driver\n"), ("1000", "")])
def test_only_root_installs_and_nobody_is_stopped(
    tmp_path: Path, user: str, installed: str
) -> None:
    log = tmp_path / "installed"
    log.touch()
    commands = {
        "id": f"echo {user}",
        "apt-get": f'shift 8; echo "$@" >>{log}',
        "sudo": 'shift; exec "$@"',
    }
    for name, body in commands.items():
        command = tmp_path / name
        command.write_text(f"#!/bin/sh\n{body}\n")
        command.chmod(0o755)
    ran = subprocess.run(
        ["/bin/sh", str(SCRIPT)], env={"PATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert (ran.returncode, ran.stderr) == (0, f"{MISSING}\n")
    assert log.read_text() == installed
