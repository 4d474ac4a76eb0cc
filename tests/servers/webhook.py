"""A webhook's receiver that keeps what it takes and fails as it is told to."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

PATH = "/services/T0SECRET/B0SECRET"
"""What makes the address a secret."""


class Answer(NamedTuple):
    """`status` 0 breaks the connection off."""

    status: int
    headers: dict[str, str] = {}
    body: str = ""
    drip_s: float = 0.0
    """Between two bytes of the answer, for ever."""


OK = Answer(200)


class Hook(ThreadingHTTPServer):
    """Answers with `answers` in turn, then with `usual`."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.taken: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.answers: deque[Answer] = deque()
        self.usual = OK

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{PATH}"

    @property
    def notices(self) -> list[dict[str, Any]]:
        return [body["notice"] for body in self.taken]

    def titles(self) -> list[str]:
        return [notice["title"] for notice in self.notices]


class _Handler(BaseHTTPRequestHandler):
    server: Hook

    def log_message(self, *arguments: Any) -> None:
        return None

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.headers["Content-Type"] == "application/json"
        self.server.asked.append(body)
        answer = self.server.answers.popleft() if self.server.answers else self.server.usual
        if self.path != PATH:
            answer = Answer(404)
        if answer.status == 0:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        if answer.status < 300:
            self.server.taken.append(body)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.drip_s:
            self._drip(answer.drip_s)
            return
        self.send_header("Content-Length", str(len(answer.body.encode())))
        self.end_headers()
        self.wfile.write(answer.body.encode())

    def _drip(self, pause_s: float) -> None:
        self.end_headers()
        try:
            while True:
                self.wfile.write(b".")
                time.sleep(pause_s)
        except OSError:
            return

    def finish(self) -> None:
        """What was broken off cannot be flushed."""
        try:
            super().finish()
        except OSError:
            return


@contextmanager
def webhook() -> Iterator[Hook]:
    with Hook() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
