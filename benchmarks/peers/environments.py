"""A virtual environment per peer, apart from this project's own."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

_PINS = Path(__file__).parent
_LONGEST_MESSAGE = 200


class Uninstallable(Exception):
    """A peer's environment could not be made; the message is what the installer said."""


def python_of(peer: str, folder: Path) -> Path:
    """The Python that has the pinned peer, installed unless the folder has just these pins."""
    pins = (_PINS / f"{peer}.txt").read_text()
    environment = folder / peer
    python = environment / "bin" / "python"
    installed = environment / "installed.txt"
    if installed.is_file() and installed.read_text() == pins:
        return python
    _run(sys.executable, "-m", "venv", "--clear", str(environment))
    if importlib.util.find_spec("uv"):
        install = [sys.executable, "-m", "uv", "pip", "install", "--python", str(python)]
        install += ["--quiet", "--system-certs"]
    else:
        install = [str(python), "-m", "pip", "install", "--quiet"]
    _run(*install, "--no-deps", "-r", str(_PINS / f"{peer}.txt"))
    installed.write_text(pins)
    return python


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split())
        raise Uninstallable(said[:_LONGEST_MESSAGE] or f"exit code {done.returncode}")
