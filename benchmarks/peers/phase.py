"""What a client process measures of its call phase; in the standard library alone, for any peer."""

from __future__ import annotations

import argparse
import json
import resource
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any


@dataclass(frozen=True, slots=True)
class Figures:
    """One call phase: from a ready process and ready documents to everything stored."""

    requests: int
    distinct: int
    """Prompts; fewer than `requests` when one was sent twice."""
    most_at_once: int
    served_s: float
    """From the first request's arrival at the server to its last answer."""
    wall_s: float
    cpu_s: float
    """User and system time, of child processes too."""
    peak_mb: float
    """Resident memory of the process, its libraries included."""


@dataclass(frozen=True, slots=True)
class Job:
    """What the command line asks a runner to do."""

    url: str
    """The server's base URL."""
    calls: Path
    folder: Path
    """Empty; whatever the system keeps goes here."""
    in_flight: int
    durable: bool
    figures: Path

    def messages(self) -> list[list[dict[str, str]]]:
        """The chat messages of each call."""
        return [json.loads(line) for line in self.calls.read_bytes().splitlines()]

    def command(self) -> list[str]:
        """The arguments from which `read_job` makes this job."""
        durable = ["--durable"] if self.durable else []
        paths = ["--calls", self.calls, "--folder", self.folder, "--figures", self.figures]
        rest = ["--in-flight", self.in_flight, *paths, *durable]
        return ["--url", self.url, *map(str, rest)]


def read_job() -> Job:
    """The job that the command line describes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--calls", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--in-flight", type=int, required=True)
    parser.add_argument("--durable", action="store_true")
    parser.add_argument("--figures", type=Path, required=True)
    return Job(**vars(parser.parse_args()))


@contextmanager
def measured(job: Job) -> Iterator[None]:
    """Writes the job's figures once the body is through; a body that raises leaves none."""
    _stats(job.url, "DELETE")
    cpu, started = _cpu_s(), perf_counter()
    yield
    wall_s, cpu_s = perf_counter() - started, _cpu_s() - cpu
    served = _stats(job.url, "GET")
    figures = Figures(
        requests=served["requests"],
        distinct=served["distinct"],
        most_at_once=served["most_at_once"],
        served_s=served["seconds"],
        wall_s=wall_s,
        cpu_s=cpu_s,
        peak_mb=_peak_mb(),
    )
    job.figures.write_text(json.dumps(asdict(figures)))


def _stats(url: str, method: str) -> dict[str, Any]:
    request = urllib.request.Request(f"{url}/stats", method=method)
    with urllib.request.urlopen(request, timeout=60) as response:
        found: dict[str, Any] = json.load(response)
    return found


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _peak_mb() -> float:
    """Where there is /proc from there: on Linux ru_maxrss starts at the size of the parent."""
    try:
        status = Path("/proc/self/status").read_text()
    except FileNotFoundError:
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1_000_000
    (peak_kb,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(peak_kb) * 1024 / 1_000_000
