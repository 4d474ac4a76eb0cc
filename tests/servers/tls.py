"""A server whose certificate is of an authority that nobody knows."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@contextmanager
def tls_server(folder: Path) -> Iterator[str]:
    """Its address; it refuses every request that gets as far as one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*_certificate(folder))
    with _Server(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"https://localhost:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Not on the terminal."""


def _certificate(folder: Path) -> tuple[Path, Path]:
    """For localhost, of an authority of its own, and its key."""
    names = {name: folder / name for name in ("ca.pem", "ca.key", "pem", "key")}
    authority = ("-subj", "/CN=nobody")
    _make("-keyout", names["ca.key"], "-out", names["ca.pem"], *authority)
    _make(
        *("-keyout", names["key"], "-out", names["pem"], "-subj", "/CN=localhost"),
        *("-addext", "subjectAltName=DNS:localhost"),
        *("-addext", "basicConstraints=critical,CA:FALSE"),
        *("-CA", names["ca.pem"], "-CAkey", names["ca.key"]),
    )
    return names["pem"], names["key"]


def _make(*options: str | Path) -> None:
    command = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    subprocess.run([*command, "-nodes", "-days", "2", *options], check=True, capture_output=True)
