"""The files of deploy/ at work: Dagster's own processes, on Postgres and S3 that are real."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.servers.openai_server import free_port
from tests.servers.seaweedfs import BUCKET, KEY, SECRET, S3Server

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
LOGS = "dagster-logs"
"""The prefix that deploy/dagster.yaml names."""


@dataclass
class Deployed:
    """DAGSTER_HOME with deploy/dagster.yaml in it, and what its variables are set to."""

    folder: Path
    environment: dict[str, str]

    def run(self, *command: str, exit_code: int = 0) -> str:
        """One of this environment's programs to its end; what it printed, warnings aside."""
        done = subprocess.run(
            self._resolved(command),
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == exit_code, done.stderr + done.stdout
        return done.stdout if exit_code == 0 else done.stderr

    @contextmanager
    def serving(self, *command: str) -> Iterator[Path]:
        """A process that goes on, and its log; killed at the end with all that it started."""
        log = self.folder / f"{command[0]}-{command[1]}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                self._resolved(command),
                env=self.environment,
                cwd=self.folder,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        try:
            yield log
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _resolved(self, command: tuple[str, ...]) -> list[str]:
        return [str(Path(sys.executable).parent / command[0]), *command[1:]]


def deployed_in(
    folder: Path, postgres: dict[str, str], s3: S3Server, *, model: str, prefix: str
) -> Deployed:
    """With a pipeline.yaml that asks the model at this address."""
    home = folder / "home"
    home.mkdir()
    shutil.copy(DEPLOY / "dagster.yaml", home)
    settings = {
        "storage": f"s3://{BUCKET}/{prefix}",
        "models": {"default": {"engine": "openai", "base_url": model, "model": "test-model"}},
        "generator": {"style": "cloze"},
        "gates": {"acceptance_rate": [0.05, 1.0], "max_domain_share": 1.0},
    }
    (folder / "pipeline.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    known = {
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": s3.endpoint,
        "DAGSTER_HOME": str(home),
        "DAGSTER_LOGS_BUCKET": BUCKET,
        "WEBSCALE_RL_CONFIG": str(folder / "pipeline.yaml"),
        "WEBSCALE_RL_CODE_HOST": "127.0.0.1",
        "WEBSCALE_RL_CODE_PORT": str(free_port()),
    }
    return Deployed(folder, os.environ | postgres | known)
