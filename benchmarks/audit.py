"""The audit of a large storage: its index, look-ups of pairs and documents, and its pages.

    python -m benchmarks.audit                                  100,000 pairs
    python -m benchmarks.audit --pairs 1200000 12000000         and how the second compares
    python -m benchmarks.audit --storage /tmp/one /tmp/two      storages that are there

Storages are made by `benchmarks.audit_storage`; of more than 1.2 million pairs every tenth shard
has a journal. Each step is a process of its own; milliseconds.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.audit_storage import PAIRS, make
from benchmarks.shared.memory import watched

SMALL = 100_000
COLD = 10
_STEPS = ("index", "index_again", "trace", "fate", "pages", "cold")


def measured(storage: Path, *, steps: tuple[str, ...] = _STEPS) -> dict[str, Any]:
    """What every step said."""
    found: dict[str, Any] = {}
    for step in steps:
        found[step] = _cold(storage) if step == "cold" else _in_a_process(step, storage)
        print(json.dumps({step: found[step]}), flush=True)
    return found


def _in_a_process(step: str, storage: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.audit", "--step", step, str(storage)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        with watched(process.pid) as peak:
            output, _ = process.communicate()
        if process.returncode:
            raise SystemExit(f"{step} failed")
    said: dict[str, Any] = json.loads(output)
    return {"peak_mb": peak.proportional} | said


def _cold(storage: Path) -> dict[str, Any]:
    """New processes: the first look-up alone, and the command from start to end."""
    from benchmarks.auditing.questions import questions
    from benchmarks.auditing.timing import quantiles, timed
    from webscale_rl_dagster.storage.objects import Objects
    from webscale_rl_dagster.storage.tables import Tables

    asked = questions(Tables(Objects(str(storage))), COLD, seed=1)
    config, environment = _config(storage), _compiled(storage)

    def command(name: str, inputs: list[str]) -> dict[str, Any]:
        run = ("-c", "from webscale_rl_dagster.cli import main; main()", "--config", str(config))
        start = [sys.executable, *run, name]
        before = _spent_by_children()
        found = timed(
            lambda given: subprocess.run(
                [*start, given], check=True, stdout=subprocess.DEVNULL, env=environment
            ),
            inputs,
        )
        spent = _spent_by_children() - before
        return found | {"cpu": round(spent / len(inputs) * 1000, 1)}

    def first(qa_id: str) -> float:
        step = [sys.executable, "-m", "benchmarks.audit", "--first", qa_id, str(storage)]
        ran = subprocess.run(step, check=True, capture_output=True, env=environment)
        return float(ran.stdout) / 1000

    for name, inputs in (("trace", asked.pairs), ("fate", asked.documents)):
        command(name, inputs[:1])
    return {
        "first look-up": quantiles(map(first, asked.pairs)),
        "command trace": command("trace", asked.pairs),
        "command fate, by id": command("fate", asked.documents),
        "command fate, by URL": command("fate", asked.urls),
        "command fate, by file": command("fate", asked.files),
    }


def _compiled(storage: Path) -> dict[str, str]:
    """An environment in which modules are compiled once, as they are where they are installed."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(storage.with_name(f"{storage.name}.pycache"))}


def _spent_by_children() -> float:
    """Seconds of processor time, of those that have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _config(storage: Path) -> Path:
    path = storage.with_name(f"{storage.name}.yaml")
    path.write_text(f"storage: {storage}\n")
    return path


def _step(name: str, storage: Path) -> dict[str, Any]:
    from benchmarks.auditing import steps
    from benchmarks.auditing.pages import pages
    from benchmarks.auditing.questions import questions
    from webscale_rl_dagster.storage.objects import Objects
    from webscale_rl_dagster.storage.tables import Tables

    if name == "pages":
        asked = questions(Tables(Objects(str(storage))), steps.TOLD, seed=2)
        return pages(_config(storage), asked)
    step: dict[str, Any] = getattr(steps, name)(storage)
    return step


def table(found: list[dict[str, Any]]) -> str:
    """A row for each look-up and page: p50 / p95 / p99 of every storage in milliseconds.

    In brackets is the processor time of one; with several, how the last compares with the first.
    """
    lines = []
    for step in ("trace", "cold", "fate", "pages"):
        for name, first in found[0].get(step, {}).items():
            if not isinstance(first, dict):
                continue
            cells = [name]
            for one in found:
                said = one[step][name]
                cpu = f" ({said['cpu']:,.0f})" if "cpu" in said else ""
                times = (f"{said[name]:,.0f}" for name in ("p50", "p95", "p99"))
                cells.append(f"{' / '.join(times)}{cpu}")
            if len(found) > 1:
                last = found[-1][step][name]
                cells.append(f"{last['p50'] / first['p50']:.2f}, {last['p95'] / first['p95']:.2f}")
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, nargs="+", default=[SMALL])
    parser.add_argument("--storage", type=Path, nargs="+", help="those that are there, instead")
    parser.add_argument("--folder", type=Path, help="where to work; a temporary one otherwise")
    parser.add_argument("--text", type=Path, help="a folder of .html, .txt, .md files")
    parser.add_argument("--steps", nargs="+", choices=_STEPS, default=_STEPS)
    parser.add_argument("--step", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--first", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.step:
        print(json.dumps(_step(chosen.step[0], Path(chosen.step[1]))))
        return
    if chosen.first:
        from benchmarks.auditing.steps import first_trace

        print(first_trace(Path(chosen.first[1]), chosen.first[0]))
        return
    with tempfile.TemporaryDirectory(dir=chosen.folder) as temporary:
        storages = chosen.storage or list(_made(Path(temporary), chosen.pairs, chosen.text))
        found = [measured(storage.absolute(), steps=tuple(chosen.steps)) for storage in storages]
    print(table(found))


def _made(folder: Path, pairs: list[int], text: Path | None) -> list[Path]:
    storages = []
    for count in pairs:
        storage = folder / f"{count}"
        start = time.perf_counter()
        make(storage, count, text=text, journal_every=1 if count <= PAIRS else 10)
        print(f"{count:,} pairs made in {time.perf_counter() - start:,.0f} s", flush=True)
        storages.append(storage)
    return storages


if __name__ == "__main__":
    main()
