"""A real S3 server for tests: SeaweedFS from its package, on loopback, in a folder of its own."""

from __future__ import annotations

import itertools
import json
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.waiting import PATIENCE_S

KEY, SECRET, BUCKET = "testkey", "testsecret", "artifacts"
READER_KEY, READER_SECRET = "readerkey", "readersecret"
"""Of who may list and read, and no more."""

_PORTS = range(20000, 22700)


class S3Server:
    """SeaweedFS on one folder and one set of ports, which a restart keeps."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = dict(
            zip(("master", "volume", "filer", "admin", "s3"), _free_ports(5), strict=True)
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.endpoint = f"http://127.0.0.1:{self._ports['s3']}"

    def options(self) -> dict[str, str]:
        """Settings in the names that obstore and polars share."""
        return {
            "aws_access_key_id": KEY,
            "aws_secret_access_key": SECRET,
            "aws_endpoint_url": self.endpoint,
            "aws_region": "us-east-1",
            "aws_allow_http": "true",
            "aws_virtual_hosted_style_request": "false",
        }

    def start(self) -> None:
        """Returns once it serves its bucket, with whatever the folder holds."""
        with (self._folder / "weed.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command(), stdout=log, stderr=log, cwd=self._folder
            )
        self._wait(self._process)

    def kill(self) -> None:
        """As a machine dies: at once, with nothing written that was not yet."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """SeaweedFS can outlive SIGTERM for as long as it likes, if it was killed before."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.kill()

    def _command(self) -> list[str]:
        config = self._folder / "s3.json"
        identities = [
            _identity("test", KEY, SECRET, "Admin", "Read", "Write", "List", "Tagging"),
            _identity("reader", READER_KEY, READER_SECRET, "Read", "List"),
        ]
        config.write_text(json.dumps({"identities": identities}))
        weed = shutil.which("weed", path=str(Path(sys.executable).parent)) or "weed"
        return [
            weed,
            "mini",
            f"-dir={self._folder}",
            f"-bucket={BUCKET}",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            "-master.telemetry=false",
            "-admin.ui=false",
            "-webdav=false",
            f"-s3.config={config}",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            *(f"-{name}.port={port}" for name, port in self._ports.items()),
        ]

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        client = boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
            config=Config(connect_timeout=1, read_timeout=2, retries={"max_attempts": 0}),
        )
        deadline = time.monotonic() + PATIENCE_S
        try:
            while time.monotonic() < deadline:
                try:
                    client.put_object(Bucket=BUCKET, Key="ready", Body=b"")
                    client.delete_object(Bucket=BUCKET, Key="ready")
                    return
                except (BotoCoreError, ClientError):
                    if process.poll() is not None:
                        raise RuntimeError("SeaweedFS ended; see weed.log") from None
                    time.sleep(0.2)
            raise TimeoutError("SeaweedFS did not answer; see weed.log")
        finally:
            client.close()


def _identity(name: str, key: str, secret: str, *actions: str) -> dict[str, object]:
    credentials = [{"accessKey": key, "secretKey": secret}]
    return {"name": name, "credentials": credentials, "actions": actions}


@contextmanager
def s3_server(folder: Path) -> Iterator[S3Server]:
    """SeaweedFS in this folder, stopped at the end."""
    server = S3Server(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _free_ports(number: int) -> list[int]:
    """Ports whose +10000 neighbour is free too: SeaweedFS speaks gRPC there.

    Below those that the kernel lends to clients, and at random, as others look at the same time.
    """
    tried = random.sample(_PORTS, len(_PORTS))
    free = (port for port in tried if _is_free(port) and _is_free(port + 10000))
    return list(itertools.islice(free, number))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
