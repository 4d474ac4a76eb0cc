"""What it takes to remove 1% of a corpus for good, and what a scan finds of it afterwards.

    python -m benchmarks.removal                      2,000 documents in 40 shards
    python -m benchmarks.removal --documents 20000

Through the command, in a temporary folder, against the tests' scripted server: the corpus is
ingested, run and released; then documents of some sites, in a quarter of the shards, are removed
with `--purge`. Calls are counted at the server, files compared by their bytes, and the storage is
searched once more for the removed texts by nothing but `in`.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.pipeline import Pipeline, pipeline_in, town
from webscale_rl_dagster.config import CONFIG_VARIABLE
from webscale_rl_dagster.inference.journal import read_calls
from webscale_rl_dagster.storage.objects import Objects

SHARDS = 40
SITE = "https://gone.example/"


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=2000, help="1,000 at least")
    documents = parser.parse_args().documents
    with tempfile.TemporaryDirectory() as folder:
        os.environ[CONFIG_VARIABLE] = f"{folder}/pipeline.yaml"
        with pipeline_in(Path(folder)) as pipeline:
            removed = prepare(pipeline, documents)
            report(pipeline, removed)


def prepare(pipeline: Pipeline, documents: int) -> set[str]:
    """A corpus with a release; the texts that are of the site, one document in a hundred."""
    pipeline.configure(
        shard_documents=documents // SHARDS,
        gates=pipeline.settings["gates"] | {"max_answer_type_share": 1.0},
    )
    in_shard = documents // SHARDS
    gone = {
        number
        for number in range(documents)
        if number // in_shard % 4 == 0 and number % in_shard < in_shard * 4 // 100
    }
    path = pipeline.folder / "towns.jsonl"
    with path.open("w") as file:
        for number in range(documents):
            site = SITE if number in gone else "https://stays.example/"
            row = {"text": town(number), "url": f"{site}{number}", "title": f"Town {number}"}
            file.write(json.dumps(row) + "\n")
    pipeline("ingest", str(path), "--corpus", "towns")
    pipeline("run", "--all")
    pipeline("release", "--name", "v1")
    return {town(number) for number in gone}


def report(pipeline: Pipeline, removed: set[str]) -> None:
    """Remove, and print what became of everything."""
    before, bytes_before = files(pipeline), size(pipeline)
    pipeline.script.forget()
    begun = time.monotonic()
    command = ("--url-prefix", SITE, "--reason", "they asked", "--purge", "--yes", "--json")
    found = json.loads(pipeline("remove", *command).stdout)
    seconds = time.monotonic() - begun
    after = files(pipeline)
    proof: dict[str, Any] = found["purge"]
    shards = {key for key in before if after.get(key) != before[key]}
    print("| | |\n|---|---|")
    print(f"| documents removed | {len(found['documents']):,} |")
    print(f"| pairs of them | {found['pairs']:,} |")
    print(f"| shards published again | {len(found['republished'])} of {SHARDS} |")
    print(f"| other shards with a file that changed | {len(shards - set(found['republished']))} |")
    print(f"| calls at the server | {len(pipeline.script.requests)} |")
    print(f"| storage before | {bytes_before / 1e6:,.0f} MB |")
    print(f"| seconds, with purge and proof | {seconds:.0f} |")
    print(f"| proven by the scan | {proof['proven']}, {proof['found']} finds |")
    everything = all_text(pipeline)
    print(f"| texts that `in` finds | {sum(text in everything for text in removed)} |")


def files(pipeline: Pipeline) -> dict[str, str]:
    """By shard a hash of all its tables."""
    objects = pipeline.tables.objects
    found: dict[str, Any] = {}
    for stage in ("raw_documents", "candidate_qa", "checked_qa", "verified_qa"):
        for shard in pipeline.tables.shards(stage):
            digest = found.setdefault(shard, sha256())
            digest.update(objects.get(f"{stage}/{shard}.parquet"))
    return {shard: digest.hexdigest() for shard, digest in found.items()}


def size(pipeline: Pipeline) -> int:
    """Bytes under the storage root."""
    root = Path(pipeline.tables.objects.root)
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file())


def all_text(pipeline: Pipeline) -> str:
    """Every document and every call, one after another."""
    return "\n".join([*_documents(pipeline), *_calls(pipeline.tables.objects)])


def _documents(pipeline: Pipeline) -> Iterator[str]:
    for shard in pipeline.tables.shards("raw_documents"):
        yield from pipeline.tables.read("raw_documents", shard)["text"].drop_nulls()


def _calls(objects: Objects) -> Iterator[str]:
    for calls in read_calls(objects, list(objects.list("journal"))):
        for messages, completion in calls.select("messages", "completion").iter_rows():
            yield from (message["content"] for message in json.loads(messages))
            yield completion


if __name__ == "__main__":
    main()
