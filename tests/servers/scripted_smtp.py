"""A mail server of a few lines, which misbehaves as no library's does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO


class ScriptedMailServer:
    """Takes mails of one connection, and answers QUIT or never ends an answer as it is told to."""

    def __init__(self, on_quit: bytes, drips_at: str) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._on_quit, self._drips_at = on_quit, drips_at.encode()
        self.mails = 0
        self.hung_up = threading.Event()
        """By the sender, without QUIT."""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        port: int = self._listening.getsockname()[1]
        return port

    def close(self) -> None:
        self._listening.close()
        self._thread.join()

    def _serve(self) -> None:
        connection, _ = self._listening.accept()
        with connection, connection.makefile("rb") as lines:
            try:
                self._answer(connection, b"greeting", b"220 here")
                self._converse(connection, lines)
            except OSError:
                self.hung_up.set()

    def _converse(self, connection: socket.socket, lines: BinaryIO) -> None:
        while line := lines.readline().upper().strip():
            if line == b"DATA":
                connection.sendall(b"354 go on\r\n")
                while lines.readline() != b".\r\n":
                    pass
                self.mails += 1
            elif line == b"QUIT":
                connection.sendall(self._on_quit + b"\r\n")
                return
            offers = line.startswith(b"EHLO")
            said = b"250-ok\r\n250 STARTTLS" if offers else b"250 ok"
            self._answer(connection, line.split()[0], said)
        self.hung_up.set()

    def _answer(self, connection: socket.socket, to: bytes, answer: bytes) -> None:
        while to == self._drips_at:
            connection.sendall(b"250-and\r\n")
            threading.Event().wait(0.02)
        connection.sendall(answer + b"\r\n")


@contextmanager
def scripted_mail_server(
    *, on_quit: bytes = b"221 bye", drips_at: str = ""
) -> Iterator[ScriptedMailServer]:
    server = ScriptedMailServer(on_quit, drips_at)
    try:
        yield server
    finally:
        server.close()
