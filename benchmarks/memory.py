"""Does a large shard need more memory than a small one?

    python -m benchmarks.memory                      2,000 documents against 200,000, a shard each
    python -m benchmarks.memory --documents 20000    a quick look

Each size is ingested and run through every stage and gate by the command, in processes of their
own whose peak resident memory the kernel counted, in cloze style, so that the model is asked for
verdicts only. The model is a scripted server in a third process, which is no part of the figures.
Files lie under a temporary folder, --folder chooses the disk, and go away at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers.openai_server import Script, free_port, minimal_answer, schema_of, serve

SMALL = 2000
SYLLABLES = [f"{a}{b}{c}" for a in "bdfhlmrt" for b in "aeo" for c in ("l", "n", "r", "st")]
SURNAMES = ("Hale", "Thorne", "Vane", "Crewe", "Pike", "Marsh", "Lowell", "Ashby")
CLI = "from webscale_rl_dagster.cli import main; main()"


@dataclass(frozen=True, slots=True)
class Figures:
    """What the kernel and the clock said of one command."""

    seconds: float
    peak_mb: float


class Forgetful(Script):
    """Keeps nothing of what it is asked, which would be gigabytes."""

    def begin(self, asked: dict[str, Any]) -> None:
        return None

    def end(self) -> None:
        return None


def reply(body: dict[str, Any]) -> str:
    """A model that finds every document fit, takes domains in turn and accepts most pairs."""
    schema = schema_of(body)
    assert schema is not None
    answer = json.loads(minimal_answer(schema))
    chance = len(body["messages"][-1]["content"])
    if "domain" in answer:
        domains = schema["properties"]["domain"].get("enum", [answer["domain"]])
        answer["domain"] = domains[chance % len(domains)]
        answer["personas"] = ["local historian"]
    if "answer_leaked" in answer:
        answer |= {"answer_leaked": False, "answer_correct": chance % 8 > 0}
    return json.dumps(answer)


def document(number: int) -> str:
    """About 300 characters on a town that no other number has."""
    base, high, low = len(SYLLABLES), *divmod(number, len(SYLLABLES))
    name = (SYLLABLES[high // base % base] + SYLLABLES[high % base] + SYLLABLES[low]).capitalize()
    founder = f"{SYLLABLES[number * 7 % base].capitalize()}a {SURNAMES[number % 8]}"
    return (
        f"{name} is a market town on the River Swale. It was founded in {1100 + number % 600} by "
        f"the wool merchant {founder}, who built its first stone bridge. The bridge is "
        f"{40 + number % 50} metres long and carries a cobbled road. In {1750 + number % 200} the "
        f"town opened a covered market hall with {20 + number % 70} stalls for cider, cheese and "
        "wool from the valley farms."
    )


def write_corpus(path: Path, documents: int) -> None:
    with path.open("w") as file:
        for number in range(documents):
            file.write(json.dumps({"text": document(number), "licence": "CC0-1.0"}) + "\n")


def write_config(folder: Path, url: str, documents: int) -> Path:
    """One shard for all, and gates that a model which answers in turn passes."""
    model = {"engine": "openai", "base_url": url, "model": "test-model", "max_in_flight": 64}
    settings = {
        "storage": str(folder / "storage"),
        "shard_documents": documents,
        "models": {"default": model},
        "personas_per_document": 1,
        "generator": {"style": "cloze"},
        "gates": {"max_domain_share": 1.0, "max_answer_type_share": 1.0},
    }
    path = folder / "pipeline.yaml"
    path.write_text(json.dumps(settings))
    return path


def measure(config: Path, *arguments: str) -> Figures:
    """Run one command of the CLI to its end; what it prints is shown if it fails."""
    start = time.perf_counter()
    command = [sys.executable, "-c", CLI, "--config", str(config), *arguments]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            sys.exit(f"{arguments} failed:\n{output.read().decode()[-5000:]}")
    return Figures(time.perf_counter() - start, used.ru_maxrss * 1024 / 1e6)


def measured(documents: int, url: str, disk: Path | None) -> list[Figures]:
    """The ingestion and the run."""
    with tempfile.TemporaryDirectory(dir=disk) as name:
        folder = Path(name)
        write_corpus(folder / "corpus.jsonl", documents)
        config = write_config(folder, url, documents)
        ingestion = measure(config, "ingest", str(folder / "corpus.jsonl"), "--corpus", "bench")
        return [ingestion, measure(config, "run", "--all")]


@contextmanager
def server() -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.memory", "--serve", str(port)])
    try:
        time.sleep(1)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait()


async def serve_forever(port: int) -> None:
    async with await serve(Forgetful(reply=reply), port) as listening:
        await listening.serve_forever()


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description="Peak memory of a small shard and a large one.")
    parser.add_argument("--documents", type=int, default=200_000, help="of the large shard")
    parser.add_argument("--folder", type=Path, help="where the temporary files go")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve:
        asyncio.run(serve_forever(chosen.serve))
        return
    print("| documents in the shard | ingest, peak | ingest | run, peak | run |")
    print("|---:|---:|---:|---:|---:|")
    found = []
    with server() as url:
        for documents in (SMALL, chosen.documents):
            ingestion, run = measured(documents, url, chosen.folder)
            found.append((ingestion, run))
            print(
                f"| {documents:,} | {ingestion.peak_mb:.0f} MB | {ingestion.seconds:.0f} s "
                f"| {run.peak_mb:.0f} MB | {run.seconds:.0f} s |",
                flush=True,
            )
    more = [large.peak_mb - small.peak_mb for small, large in zip(*found, strict=True)]
    print(f"| difference | {more[0]:.0f} MB | | {more[1]:.0f} MB | |")


if __name__ == "__main__":
    main()
