"""The scripted server in a process of its own, which a test or a benchmark may kill or freeze."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.servers.openai_server import free_port
from tests.waiting import PATIENCE_S


@contextmanager
def server_process(*, port: int, latency_s: float = 0.0) -> Iterator[subprocess.Popen[bytes]]:
    """Listening once it is yielded; killed at the end, frozen or not."""
    module = [sys.executable, "-m", "tests.servers.openai_server"]
    process = subprocess.Popen([*module, "--port", str(port), "--latency", str(latency_s)])
    try:
        wait_for(port, process)
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def server_url(*, latency_s: float = 0.0) -> Iterator[str]:
    """The base URL of a server on a free port."""
    port = free_port()
    with server_process(port=port, latency_s=latency_s):
        yield url_of(port)


def url_of(port: int) -> str:
    return f"http://127.0.0.1:{port}/v1"


def stats(url: str) -> dict[str, Any]:
    """`Script.stats` of the server at this base URL."""
    with urllib.request.urlopen(f"{url}/stats", timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def forget(url: str) -> None:
    """`Script.forget` at the server at this base URL."""
    with urllib.request.urlopen(
        urllib.request.Request(f"{url}/stats", method="DELETE"), timeout=60
    ):
        pass


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start on port {port}")
