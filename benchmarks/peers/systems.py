"""The systems side by side, and one run of one of them in a process of its own."""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.phase import Figures, Job
from tests.servers.processes import server_url

LONGEST_RUN_S = 300.0


@dataclass(frozen=True, slots=True)
class System:
    """One system in one configuration, and the script in `peers` that drives it."""

    name: str
    script: str
    peer: str | None = None
    """Whose environment runs the script; None is this project's own."""
    durable: bool = True


OURS = System("webscale-rl-dagster, journal on", "run_ours")
UNSAFE = System("DataTrove, no checkpoint", "run_datatrove", "datatrove", durable=False)
PEERS = (
    UNSAFE,
    System("DataTrove, checkpoint", "run_datatrove", "datatrove"),
    System("Bespoke Curator", "run_curator", "curator"),
)


class RunFailed(Exception):
    """A system did not make its calls; the message is its last word."""


def run(system: System, python: Path, calls: Path, latency_s: float, in_flight: int) -> Figures:
    """One call phase in a new process, against a new server."""
    with tempfile.TemporaryDirectory() as folder, server_url(latency_s=latency_s) as url:
        kept, figures, log = (Path(folder) / name for name in ("kept", "figures", "log"))
        kept.mkdir()
        job = Job(url, calls, kept, in_flight, system.durable, figures)
        command = [str(python), "-m", f"benchmarks.peers.{system.script}", *job.command()]
        with log.open("w") as output:
            try:
                subprocess.run(
                    command,
                    check=True,
                    timeout=LONGEST_RUN_S,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                )
            except subprocess.TimeoutExpired as error:
                raise RunFailed(f"not done after {LONGEST_RUN_S:.0f} s") from error
            except subprocess.CalledProcessError as error:
                raise RunFailed(_last_line(log)) from error
        found = Figures(**json.loads(figures.read_text()))
    wanted = len(calls.read_bytes().splitlines())
    if not found.requests == found.distinct == wanted:
        raise RunFailed(f"{found.requests} requests, {found.distinct} distinct, of {wanted}")
    return found


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else "it said nothing"
