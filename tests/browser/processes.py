"""Real servers beside the tests, each with all of its children in a process group of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parents[2]


@contextmanager
def serving(
    command: Sequence[str], *, at: str, log: Path, environment: Mapping[str, str]
) -> Iterator[None]:
    """Answering at that URL once it is entered; the whole group is killed at the end."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=out, stderr=out, start_new_session=True
        )
    try:
        _wait(process, at, log)
        yield
    finally:
        kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """What `start_new_session` began, with its children."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(url, timeout=10):
            return
        time.sleep(0.2)
    raise RuntimeError(f"nothing answers at {url}:\n{log.read_text(errors='replace')[-4000:]}")
