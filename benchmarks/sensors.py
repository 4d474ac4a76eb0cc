"""How long the sensors' ticks take: 20,000 files under a prefix, 5,000 shards to publish.

    python -m benchmarks.sensors

SeaweedFS holds the corpus and the storage, a fresh SQLite instance Dagster's state. A tick of the
corpus's sensor is all that it does: listing, ledger, and what is outstanding.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import dagster as dg
import polars as pl

from benchmarks.shared.published_shards import ASSETS, publish, shard_keys
from tests.automation.corpus import Arriving, arriving, names_of, requests, secrets
from tests.corpora.arrivals.places import Bucket
from tests.servers.seaweedfs import BUCKET, s3_server
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.corpora.arrivals.ledger import change_ledger
from webscale_rl_dagster.definitions import build_definitions
from webscale_rl_dagster.storage.connected import objects_of

Result = TypeVar("Result")


def main() -> None:
    """Prints Markdown tables, with the machine's load beside each time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--shards", type=int, default=5_000)
    chosen = parser.parse_args()
    print(f"{chosen.files:,} files\n\n| tick | files requested | seconds | CPU s | load |")
    print("|---|---:|---:|---:|---:|")
    with corpus() as towns:
        measure_arrivals(towns, chosen.files)
    print(f"\n{chosen.shards:,} shards\n\n| tick | shards requested | seconds | CPU s | load |")
    print("|---|---:|---:|---:|---:|")
    measure_publishing(chosen.shards)


@contextmanager
def corpus() -> Iterator[Arriving]:
    """Empty, on a SeaweedFS of its own."""
    with tempfile.TemporaryDirectory() as folder, s3_server(Path(folder)) as server:
        section, environment = secrets(server)
        os.environ |= environment
        bucket = Bucket(server, "corpora/towns")
        with arriving(f"s3://{BUCKET}/store", bucket, section, max_queued_shards=100) as made:
            yield made
        bucket.client.close()


def measure_arrivals(towns: Arriving, files: int) -> None:
    put(towns, [f"{number:06d}.jsonl" for number in range(files)], b"{}")
    tick = towns.ticker("arrivals_towns")
    tell("first: all are new", tick, asked=500)
    change_ledger(objects_of(towns.config), "towns", all_ingested)
    tell("nothing new", tick, asked=0)
    put(towns, [f"{files}.jsonl"], b"{}")
    tell("1 new", tick, asked=1)
    put(towns, [f"{files + number:06d}.jsonl" for number in range(1, 100)], b"{}")
    tell("99 more wait", tick, asked=1)
    change_ledger(objects_of(towns.config), "towns", all_ingested)
    put(towns, [f"{number:06d}.jsonl" for number in range(0, files, files // 100)], b'{"text": ""}')
    tell("100 overwritten", tick, asked=100)
    for number in range(1, 101):
        towns.place.delete(f"{number:06d}.jsonl")
    tell("100 deleted", tick, asked=100)


def put(towns: Arriving, names: list[str], data: bytes) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: towns.place.put(name, data), names))


def all_ingested(rows: pl.DataFrame) -> pl.DataFrame:
    """As after all runs."""
    return rows.with_columns(
        state=pl.lit("ingested"), shards=pl.concat_list(pl.lit("towns/3f9a1c77d0/00000"))
    )


def tell(what: str, tick: Callable[[], dg.SensorResult], *, asked: int) -> None:
    """`asked`: how many files the tick's run is to ingest; a batch that no run began again."""
    found, took = timed(tick)
    names = [name for request in requests(found) for name in names_of(request)]
    assert len(names) == asked, len(names)
    print(f"| {what} | {asked} | {took} |", flush=True)


def timed(work: Callable[[], Result]) -> tuple[Result, str]:
    """Seconds by the clock and of this process's CPU, and the machine's load."""
    began, busy = time.perf_counter(), time.process_time()
    result = work()
    seconds, cpu = time.perf_counter() - began, time.process_time() - busy
    return result, f"{seconds:.1f} | {cpu:.1f} | {os.getloadavg()[0]:.0f}"


def measure_publishing(shards: int) -> None:
    definitions = build_definitions(Config())
    with dg.instance_for_test() as instance:
        publish(instance, shard_keys(0, shards), ASSETS)
        cursor = evaluate("first", definitions, instance, None)
        cursor = evaluate("nothing changed", definitions, instance, cursor)
        publish(instance, shard_keys(shards, shards + 100), ASSETS[:-1])
        cursor = evaluate("100 more to publish", definitions, instance, cursor)
        evaluate("nothing changed", definitions, instance, cursor)


def evaluate(
    what: str, definitions: dg.Definitions, instance: dg.DagsterInstance, cursor: object
) -> object:
    found, took = timed(
        lambda: dg.evaluate_automation_conditions(
            defs=definitions,
            instance=instance,
            asset_selection=dg.AssetSelection.assets("verified_qa"),
            cursor=cursor,  # type: ignore[arg-type]
        )
    )
    print(f"| {what} | {found.total_requested} | {took} |", flush=True)
    return found.cursor


if __name__ == "__main__":
    main()
