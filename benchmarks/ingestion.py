"""Does memory stay constant? Ingests a small and a large synthetic corpus and compares peaks.

    python -m benchmarks.ingestion                            200 MB against 2 GB
    python -m benchmarks.ingestion --small 20 --large 200     a quick look
    python -m benchmarks.ingestion --exact                    without a search for near duplicates
    python -m benchmarks.ingestion --lookup 1000              how soon so many shards are looked up

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
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypedDict
from unittest import mock

import obstore
import orjson

MEGABYTE = 1_000_000
NEAR = 0.8
S3_ANSWERS_S = 0.015
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


def measure_lookup(shards: int, folder: Path) -> None:
    """What every run begins with, where shards hold a hundred documents: one by one, and not.

    SeaweedFS answers as late as S3 does.
    """
    from tests.servers.seaweedfs import BUCKET, s3_server
    from webscale_rl_dagster.corpora import stored
    from webscale_rl_dagster.corpora.known import KnownDocuments
    from webscale_rl_dagster.stages.ingest import ingest
    from webscale_rl_dagster.storage.objects import Objects
    from webscale_rl_dagster.storage.tables import Tables

    chance = random.Random(shards)
    texts = (" ".join(chance.choices(WORDS, k=100)) for _ in range(100 * shards))
    path = folder / "corpus.jsonl"
    path.write_bytes(b"".join(orjson.dumps({"text": text}) + b"\n" for text in texts))
    local = Objects(str(folder / "storage"))
    shards_of_it = ingest(
        path,
        corpus="benchmark",
        tables=Tables(local),
        shard_documents=100,
        max_document_bytes=MEGABYTE,
        near_duplicates=NEAR,
    )
    assert len(list(shards_of_it)) == shards
    (folder / "server").mkdir()
    with s3_server(folder / "server") as server:
        bucket = Objects(f"s3://{BUCKET}/storage", s3=server.options())
        for key in local.list("raw_documents"):
            bucket.put(key, local.get(key))
        for kind, objects, late_s in (("folder", local, 0.0), ("SeaweedFS", bucket, S3_ANSWERS_S)):
            for at_once in (1, stored.AT_ONCE):
                with ExitStack() as patched:
                    patched.enter_context(mock.patch.object(stored, "AT_ONCE", at_once))
                    for call in ("get", "head"):
                        later = delayed(getattr(obstore, call), late_s)
                        patched.enter_context(mock.patch.object(obstore, call, later))
                    known, start = KnownDocuments(near=NEAR), time.perf_counter()
                    known.load(Tables(objects), without="-")
                    seconds = time.perf_counter() - start
                known.close()
                print(f"| {kind} | {shards:,} | {at_once} | {seconds:.1f} |", flush=True)


def delayed(call: Callable[..., Any], seconds: float) -> Callable[..., Any]:
    def later(*given: Any, **options: Any) -> Any:
        time.sleep(seconds)
        return call(*given, **options)

    return later


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed and peak memory of ingestion.")
    parser.add_argument("--small", type=int, default=200, metavar="MB")
    parser.add_argument("--large", type=int, default=2000, metavar="MB")
    parser.add_argument("--folder", type=Path, help="where the temporary files go")
    parser.add_argument("--exact", action="store_true", help="find exact repeats only")
    parser.add_argument("--measure", nargs=2, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--lookup", type=int, metavar="SHARDS")
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measured(*options.measure, exact=options.exact)))
        return
    if options.lookup:
        print("| storage | shards | at once | seconds |\n|---|---:|---:|---:|")
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            measure_lookup(options.lookup, Path(folder))
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
