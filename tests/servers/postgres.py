"""A real Postgres for tests: a throw-away cluster of the system's own, on loopback."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2

from tests.servers.openai_server import free_port
from tests.waiting import PATIENCE_S

USER = "dagster"
MISSING = "the tests of deployments need Postgres: sudo apt-get install postgresql"
"""As scripts/postgres.sh has it."""


class PostgresServer:
    """A cluster on one folder, port and password, which a restart and a kill keep.

    Postgres refuses to run as root; then it is another user who must own the folder and pass
    through those above it, which pytest's temporary folders do not let it.
    """

    def __init__(self, folder: Path) -> None:
        self._data = folder / "data"
        self._log = folder / "postgres.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.password = secrets.token_hex(16)
        self.url = self._url_of(USER)
        """Of the database `dagster`, which is there from the start."""

    @property
    def environment(self) -> dict[str, str]:
        """What deploy/dagster.yaml asks for, of the database `dagster`."""
        return self.environment_of(USER)

    def environment_of(self, database: str) -> dict[str, str]:
        """Likewise, of another one."""
        return {
            "DAGSTER_POSTGRES_HOST": "127.0.0.1",
            "DAGSTER_POSTGRES_PORT": str(self.port),
            "DAGSTER_POSTGRES_DB": database,
            "DAGSTER_POSTGRES_USER": USER,
            "DAGSTER_POSTGRES_PASSWORD": self.password,
        }

    def start(self) -> None:
        """Returns once it answers, with whatever the folder holds."""
        if not self._data.exists():
            self._initialize()
        # No socket, so that nothing gets in without the password. Nothing here outlives the
        # machine, hence no fsync; the operating system keeps what a killed process wrote.
        settings = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off")
        command = [_program("postgres"), "-D", str(self._data), "-p", str(self.port)]
        if shutil.which("setpriv"):  # A killed test run takes it along.
            command = ["setpriv", "--pdeathsig", "INT", "--", *command]
        for setting in settings:
            command += ["-c", setting]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True, **_as_owner()
            )
        self._wait(self._process)

    def stop(self) -> None:
        """Without waiting for clients to leave; what was committed is on disk."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """As a machine dies: all its processes at once, stopped first so that none starts more."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGSTOP)
        children = _children_of(self._process.pid)
        for pid in (self._process.pid, *children):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        while any(Path(f"/proc/{pid}").exists() and not _is_dead(pid) for pid in children):
            time.sleep(0.01)

    def new_database(self, name: str) -> str:
        """The URL of an empty database, made for one test."""
        self.execute(f'CREATE DATABASE "{name}"')
        return self._url_of(name)

    def execute(self, statement: str, *, database: str = "postgres") -> list[tuple[Any, ...]]:
        """What one statement returns, outside of any transaction."""
        with closing(psycopg2.connect(self._url_of(database), connect_timeout=5)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []

    def _initialize(self) -> None:
        password = self._log.with_name("password")
        password.write_text(self.password)
        options = _as_owner()
        if options:
            shutil.chown(self._log.parent, user=options["user"])
            shutil.chown(password, user=options["user"])
        command = [_program("initdb"), "-D", str(self._data), "-U", USER, "-A", "scram-sha-256"]
        command += [f"--pwfile={password}", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **options)
        password.unlink()

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                if not self.execute(f"SELECT 1 FROM pg_database WHERE datname = '{USER}'"):
                    self.new_database(USER)
                return
            except psycopg2.OperationalError:
                if process.poll() is not None:
                    raise RuntimeError(f"Postgres ended: {self._log.read_text()}") from None
                time.sleep(0.05)
        raise TimeoutError(f"Postgres did not answer; see {self._log}")

    def _url_of(self, database: str) -> str:
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A cluster in a folder of its own, stopped and deleted at the end."""
    folder = Path(tempfile.mkdtemp(prefix="webscale-postgres-"))
    server = PostgresServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


def _program(name: str) -> str:
    """Debian keeps a server's programs off the PATH, in a folder per version."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[4])
    )
    places = os.pathsep.join(map(str, reversed(versions)))
    found = shutil.which(name, path=places) or shutil.which(name)
    if found is None:
        raise FileNotFoundError(MISSING)
    return found


def _as_owner() -> dict[str, Any]:
    """How a process is started as the user who owns the cluster: this one, unless it is root."""
    if os.getuid() != 0:
        return {}
    owner = pwd.getpwnam("postgres")
    return {"user": "postgres", "group": owner.pw_gid, "extra_groups": []}


def _children_of(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text().split()]


def _is_dead(pid: int) -> bool:
    """Ended, and only waiting for its parent to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True
