"""The pipeline as it is deployed: data in S3, state in Postgres, Dagster in processes.

SeaweedFS and Postgres are real, `deploy/dagster.yaml` is the one that ships, with shorter waits.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import yaml

from tests.servers.openai_server import free_port
from tests.servers.postgres import PostgresServer
from tests.servers.seaweedfs import BUCKET, S3Server
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables

ROOT = Path(__file__).parents[2]
_SOON = {"run_monitoring": {"poll_interval_seconds": 2, "start_timeout_seconds": 60}}
T = TypeVar("T")
_MODULE = "webscale_rl_dagster.definitions"


class Deployment:
    """One folder with the servers' data, the configuration and the logs of all processes."""

    def __init__(self, folder: Path, s3: S3Server, postgres: PostgresServer) -> None:
        self.folder, self.s3, self.postgres = folder, s3, postgres
        self.home = folder / "home"
        self.home.mkdir()
        self._code_port = free_port()
        self._code: subprocess.Popen[bytes] | None = None
        self._daemon: subprocess.Popen[bytes] | None = None
        self._write_dagster_files()

    @property
    def config_file(self) -> Path:
        return self.folder / "pipeline.yaml"

    @property
    def environment(self) -> dict[str, str]:
        """What a deployment's secrets and addresses are given by."""
        options = self.s3.options()
        return os.environ | {
            "AWS_ACCESS_KEY_ID": options["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": options["aws_secret_access_key"],
            "DAGSTER_HOME": str(self.home),
            "WEBSCALE_RL_CONFIG": str(self.config_file),
            "AWS_ENDPOINT_URL": self.s3.endpoint,
            "AWS_REGION": options["aws_region"],
            "DAGSTER_LOGS_BUCKET": BUCKET,
            **self.postgres.environment,
        }

    def configure(self, **settings: Any) -> None:
        text = yaml.safe_dump(
            {
                "storage": f"s3://{BUCKET}/store",
                "s3": {"endpoint_url": self.s3.endpoint, "region": "us-east-1"},
                **settings,
            }
        )
        self.config_file.write_text(text, encoding="utf-8")

    def bucket(self) -> Objects:
        """The root of the bucket, for dropping files."""
        return Objects(f"s3://{BUCKET}", s3=self.s3.options())

    def drop(self, key: str, documents: list[str]) -> None:
        lines = "".join(json.dumps({"text": text}) + "\n" for text in documents)
        self.bucket().put(key, lines.encode())

    def tables(self) -> Tables:
        return Tables(Objects(f"s3://{BUCKET}/store", s3=self.s3.options()))

    def start(self) -> None:
        self.start_code_server()
        self.start_daemon()

    def start_code_server(self) -> None:
        place = ["-h", "127.0.0.1", "-p", str(self._code_port)]
        self._code = self._process(
            "code-server", ["dagster", "code-server", "start", *place, "-m", _MODULE]
        )
        self.wait(lambda: _listens(self._code_port), "the code server does not start")

    def start_daemon(self) -> None:
        workspace = ["-w", str(self.home / "workspace.yaml")]
        self._daemon = self._process("daemon", ["dagster._daemon", "run", *workspace])

    def kill_daemon(self) -> None:
        assert self._daemon is not None
        self._daemon.kill()
        self._daemon.wait()

    def stop(self) -> None:
        for process in (self._daemon, self._code):
            if process is not None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        for pid in self.workers():
            os.kill(pid, signal.SIGKILL)

    def workers(self) -> list[int]:
        """Processes of runs of this deployment, wherever they were started from."""
        return [pid for pid in _pids() if _runs_in(pid, str(self.home))]

    def command(self, *arguments: str) -> str:
        """Of `webscale-rl`; its output."""
        code = "from webscale_rl_dagster.cli import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def logs(self) -> str:
        """The last lines of every process."""
        return "\n".join(
            f"== {log.name}\n{log.read_text(errors='replace')[-3000:]}"
            for log in sorted(self.folder.glob("*.log"))
        )

    def wait(self, what: Callable[[], T], why: str, *, seconds: float = 900.0) -> T:
        """What it finds, as soon as that is something."""
        deadline = time.monotonic() + seconds
        while not (found := what()):
            for process in (self._code, self._daemon):
                assert process is None or process.poll() is None, f"{why}\n{self.logs()}"
            assert time.monotonic() < deadline, f"{why}\n{self.logs()}"
            time.sleep(0.5)
        return found

    def _process(self, name: str, module: list[str]) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *module],
                env=self.environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _write_dagster_files(self) -> None:
        settings = yaml.safe_load((ROOT / "deploy/dagster.yaml").read_text(encoding="utf-8"))
        for section, values in _SOON.items():
            settings[section] = settings.get(section, {}) | values
        (self.home / "dagster.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
        server = {"host": "127.0.0.1", "port": self._code_port, "location_name": "pipeline"}
        workspace = yaml.safe_dump({"load_from": [{"grpc_server": server}]})
        (self.home / "workspace.yaml").write_text(workspace, encoding="utf-8")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _pids() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _runs_in(pid: int, home: str) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
    return b"execute_run" in command and f"DAGSTER_HOME={home}".encode() in environment


@contextmanager
def deployment_in(folder: Path, s3: S3Server, postgres: PostgresServer) -> Iterator[Deployment]:
    deployment = Deployment(folder, s3, postgres)
    try:
        yield deployment
    finally:
        deployment.stop()
