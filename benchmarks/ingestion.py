"""Does memory stay constant? Ingests a small and a large synthetic corpus and compares peaks.

    python -m benchmarks.ingestion                            200 MB against 2 GB
    python -m benchmarks.ingestion --small 20 --large 200     a quick look
    python -m benchmarks.ingestion --exact                    without a search for near duplicates

Each ingestion has a process of its own, whose peak resident memory the kernel counted. The files
lie under a temporary folder, --folder chooses the disk, and go away at the end.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TypedDict

import orjson

MEGABYTE = 1_000_000
WORDS = [f"{a}{b}{c}" for a in "bdklmnprst" for b in "aeiou" for c in "dlmnrst"]


class Figures(TypedDict):
    """What one process measured of itself."""

    documents: int
    seconds: float
    peak_mb: float


def write_corpus(path: Path, megabytes: int) -> None:
    """Distinct documents of 1 to 8 kB in the shape of web text; the same file at every call."""
    chance = random.Random(megabytes)
    passages = [" ".join(chance.choices(WORDS, k=50)) for _ in range(40_000)]
    left = megabytes * MEGABYTE
    number = 0
    with path.open("wb") as file:
        while left > 0:
            text = f"{number} {' '.join(chance.choices(passages, k=chance.randrange(4, 40)))}"
            record = {
                "text": text,
                "url": f"https://example.org/{number}",
                "id": f"{chance.getrandbits(128):032x}",
                "date": "2026-01-01",
            }
            left -= file.write(orjson.dumps(record) + b"\n")
            number += 1


def measure(path: Path, storage: Path, *, exact: bool) -> Figures:
    """In a process of its own: peak memory never falls."""
    command = [sys.executable, __file__, "--measure", str(path), str(storage)]
    command += ["--exact"] if exact else []
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    figures: Figures = json.loads(output)
    return figures


def measured(path: Path, storage: Path, *, exact: bool) -> Figures:
    from webscale_rl_dagster.config import DeduplicationConfig
    from webscale_rl_dagster.stages.ingest import ingest
    from webscale_rl_dagster.storage.objects import Objects
    from webscale_rl_dagster.storage.tables import Tables

    start = time.perf_counter()
    shards = ingest(
        path,
        corpus="benchmark",
        tables=Tables(Objects(str(storage))),
        shard_documents=1000,
        max_document_bytes=10_000_000,
        near_duplicates=None if exact else DeduplicationConfig().documents,
    )
    documents = sum(shard.rows for shard in shards)
    seconds = time.perf_counter() - start
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"documents": documents, "seconds": seconds, "peak_mb": peak_kb * 1024 / MEGABYTE}


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed and peak memory of ingestion.")
    parser.add_argument("--small", type=int, default=200, metavar="MB")
    parser.add_argument("--large", type=int, default=2000, metavar="MB")
    parser.add_argument("--folder", type=Path, help="where the temporary files go")
    parser.add_argument("--exact", action="store_true", help="find exact repeats only")
    parser.add_argument("--measure", nargs=2, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measured(*options.measure, exact=options.exact)))
        return
    print("| file | documents | documents/s | MB/s | peak memory |")
    print("|---:|---:|---:|---:|---:|")
    peaks = []
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for megabytes in (options.small, options.large):
            path = Path(folder) / f"{megabytes}.jsonl"
            write_corpus(path, megabytes)
            found = measure(path, Path(folder) / f"storage-{megabytes}", exact=options.exact)
            path.unlink()
            peaks.append(found["peak_mb"])
            print(
                f"| {megabytes} MB | {found['documents']:,} "
                f"| {found['documents'] / found['seconds']:,.0f} "
                f"| {megabytes / found['seconds']:.0f} | {found['peak_mb']:.0f} MB |",
                flush=True,
            )
    print(f"\nThe larger file raises peak memory by {peaks[1] - peaks[0]:.0f} MB.")


if __name__ == "__main__":
    main()
