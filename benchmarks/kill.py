"""What a run that is killed pays twice, loses or doubles, and whether it outlives its storage.

    python -m benchmarks.kill                       20 kills on a folder, 20 on S3, one S3 outage
    python -m benchmarks.kill --kills 2 --storage folder

2,000 documents of 2 KB, one call each, 64 in flight, 50 ms latency, journal on. Each run is killed
with SIGKILL at a random moment and run again to its end; the server counts the prompts that it saw
twice. S3 is SeaweedFS on this machine. In the outage SeaweedFS itself is killed for 20 s at about
half, and the run has to go on by itself.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from benchmarks.shared.durable_stage import PLACE, filter_requests
from tests.servers.processes import server_url, stats
from tests.servers.seaweedfs import BUCKET, S3Server, s3_server
from webscale_rl_dagster.inference.journal import read_calls
from webscale_rl_dagster.inference.protocol import ModelIdentity
from webscale_rl_dagster.storage.objects import Objects

LATENCY_S = 0.05
OUTAGE_S = 20.0
LONGEST_RUN_S = 600.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run came to, after whatever was done to it."""

    resent: int
    lost: int
    doubled: int


@dataclass(frozen=True, slots=True)
class Size:
    """How much a run has to do."""

    documents: int
    in_flight: int


def killed_and_run_again(
    root: str, size: Size, moment: random.Random, environment: Mapping[str, str]
) -> Outcome:
    """One run that dies at a random moment, and the one after it."""
    with server_url(latency_s=LATENCY_S) as url:
        first = start(url, root, size, environment)
        wait_for(url, moment.randint(1, size.documents), first)
        time.sleep(moment.uniform(0, LATENCY_S))
        first.kill()
        first.communicate()
        finish(start(url, root, size, environment), size)
        return outcome(url, root, size)


def through_an_outage(server: S3Server, root: str, size: Size) -> tuple[Outcome, float]:
    """One run whose storage is away for a while, and the seconds it took to end after that."""
    with server_url(latency_s=LATENCY_S) as url:
        run = start(url, root, size, aws_environment(server))
        wait_for(url, size.documents // 2, run)
        server.kill()
        time.sleep(OUTAGE_S)
        assert run.poll() is None, "the run ended while its storage was away"
        server.start()
        back = time.monotonic()
        finish(run, size)
        return outcome(url, root, size), time.monotonic() - back


def start(url: str, root: str, size: Size, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    module = [sys.executable, "-m", "benchmarks.shared.durable_stage", "--url", url, "--root", root]
    sizes = ["--documents", str(size.documents), "--in-flight", str(size.in_flight)]
    return subprocess.Popen(
        [*module, *sizes],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


def wait_for(url: str, requests: int, run: subprocess.Popen[str]) -> None:
    """Until the server has been asked so often, or the run is through."""
    deadline = time.monotonic() + LONGEST_RUN_S
    while stats(url)["requests"] < requests and run.poll() is None:
        assert time.monotonic() < deadline, "the run made no progress"
        time.sleep(0.002)


def finish(run: subprocess.Popen[str], size: Size) -> None:
    """Every document has its answer when this returns."""
    try:
        said, errors = run.communicate(timeout=LONGEST_RUN_S)
    except subprocess.TimeoutExpired:
        run.kill()
        run.communicate()
        raise
    if (run.returncode, said.strip()) != (0, f"{size.documents} answers"):
        raise RuntimeError(f"the run ended with {run.returncode} and {said!r}: {errors[-2000:]}")


def outcome(url: str, root: str, size: Size) -> Outcome:
    """What the server saw and the journal holds."""
    seen = stats(url)
    model = ModelIdentity("test-model", "", "openai", "")
    wanted = {request.key(model) for request in filter_requests(size.documents)}
    objects = Objects(root)
    found: list[str] = []
    for calls in read_calls(objects, list(objects.list(PLACE.prefix)), columns=["request_id"]):
        found.extend(calls["request_id"])
    assert wanted >= set(found), "the journal holds calls that nobody made"
    return Outcome(
        resent=seen["requests"] - seen["distinct"],
        lost=len(wanted - set(found)),
        doubled=len(found) - len(set(found)),
    )


def aws_environment(server: S3Server) -> dict[str, str]:
    return {name.upper(): value for name, value in server.options().items()}


def print_kills(name: str, found: list[Outcome]) -> None:
    resent = [one.resent for one in found]
    lost, doubled = sum(one.lost for one in found), sum(one.doubled for one in found)
    print(
        f"| {name} | {len(found)} | {max(resent)} | {fmean(resent):.1f} | {lost} | {doubled} |",
        flush=True,
    )


@contextmanager
def seaweedfs() -> Iterator[S3Server]:
    """SeaweedFS in a temporary folder, its credentials in this process's environment too."""
    with tempfile.TemporaryDirectory() as folder, s3_server(Path(folder)) as server:
        os.environ |= aws_environment(server)
        yield server


def main() -> None:
    """Print Markdown tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--storage", choices=("folder", "s3", "both"), default="both")
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    size = Size(chosen.documents, chosen.in_flight)
    moment = random.Random(chosen.seed)
    print("| storage | kills | worst re-sent | mean re-sent | lost | doubled |")
    print("|---|---|---|---|---|---|", flush=True)
    if chosen.storage in ("folder", "both"):
        with tempfile.TemporaryDirectory() as folder:
            roots = [f"{folder}/{number}" for number in range(chosen.kills)]
            print_kills("folder", [killed_and_run_again(r, size, moment, {}) for r in roots])
    if chosen.storage in ("s3", "both"):
        with seaweedfs() as server:
            environment = aws_environment(server)
            roots = [f"s3://{BUCKET}/{number}" for number in range(chosen.kills)]
            found = [killed_and_run_again(r, size, moment, environment) for r in roots]
            print_kills("S3 (SeaweedFS)", found)
            away, seconds = through_an_outage(server, f"s3://{BUCKET}/outage", size)
        print(
            f"\nS3 killed for {OUTAGE_S:.0f} s at half: {away.resent} re-sent, {away.lost} lost, "
            f"{away.doubled} doubled; the run ended {seconds:.1f} s after S3 was back."
        )


if __name__ == "__main__":
    main()
