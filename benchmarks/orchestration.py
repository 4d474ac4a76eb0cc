"""How many durable model calls a second one process makes, against a server that answers at once.

    python -m benchmarks.orchestration            this system alone
    python -m benchmarks.orchestration --peers    DataTrove and Bespoke Curator beside it

2,000 documents of 2 KB, one call each, 64 in flight, journal on, at 2 ms and 50 ms latency. The
server runs in a process of its own on the same machine and is no part of the figures. Every system
gets the same messages and a process of its own for each run; libraries are imported and documents
read before the clock starts, and it stops when everything is stored. Requests/s are as the server
sees them, from the first arrival to the last answer; a system that receives faster than it stores
shows it in the wall time, which is what counts for those that keep their answers. The systems take
turns, so that a slow minute of the machine falls on all of them.

--peers installs the peers' pinned releases, 1.4 GB, for the time of the run; `--envs DIR` keeps
them. The peers ask for plain text, this system for its JSON schema. Only DataTrove's checkpoint
waits for the disk at every answer, as SQLite does by default, and so outlives a loss of power too:
TMPDIR on a memory file system takes the disk out of the comparison.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers.environments import Uninstallable, python_of
from benchmarks.peers.systems import OURS, PEERS, RunFailed, System, run
from benchmarks.peers.tables import Runs, figures_table, ratios_table
from benchmarks.shared.durable_stage import filter_requests

LATENCIES_S = (0.002, 0.05)


def write_calls(path: Path, documents: int) -> None:
    """One line per call: its messages."""
    with path.open("w") as file:
        for request in filter_requests(documents):
            file.write(json.dumps(request.messages) + "\n")


class Comparison:
    """Every system's runs, and the error of each that cannot run."""

    def __init__(self, systems: Sequence[System], envs: Path) -> None:
        self.systems = systems
        self.runs: Runs = defaultdict(list)
        self.errors: dict[System, str] = {}
        self._pythons: dict[System, Path] = {}
        for system in systems:
            try:
                own = Path(sys.executable)
                self._pythons[system] = python_of(system.peer, envs) if system.peer else own
            except Uninstallable as error:
                self.errors[system] = str(error)

    def measure(self, documents: int, *, in_flight: int, repeats: int) -> None:
        """The systems take turns."""
        with tempfile.TemporaryDirectory() as folder:
            calls = Path(folder) / "calls.jsonl"
            write_calls(calls, documents)
            for latency_s in LATENCIES_S:
                for _ in range(repeats):
                    for system in self.systems:
                        self._run(system, calls, latency_s, in_flight)

    def _run(self, system: System, calls: Path, latency_s: float, in_flight: int) -> None:
        if system in self.errors:
            return
        try:
            found = run(system, self._pythons[system], calls, latency_s, in_flight)
        except RunFailed as error:
            self.errors[system] = str(error)
        else:
            self.runs[latency_s, system].append(found)


def main() -> None:
    """Print Markdown tables; exit code 1 when a system could not run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--peers", action="store_true", help="measure the peers beside us")
    parser.add_argument("--envs", type=Path, help="keep the peers' environments here")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        envs = (chosen.envs or Path(folder)).resolve()
        comparison = Comparison([OURS, *(PEERS if chosen.peers else ())], envs)
        comparison.measure(chosen.documents, in_flight=chosen.in_flight, repeats=chosen.repeats)
    runs, errors = comparison.runs, comparison.errors
    print("\n".join(figures_table(LATENCIES_S, comparison.systems, runs, errors)))
    if OURS not in errors and set(PEERS) & {system for _, system in runs}:
        print(
            "\nOurs over theirs: means over means, and in brackets our worst run over their best.\n"
        )
        print("\n".join(ratios_table(LATENCIES_S, runs)))
    sys.exit(1 if errors else 0)


if __name__ == "__main__":
    main()
