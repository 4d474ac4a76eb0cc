"""Throughput of one and of two Ray nodes against a server that answers after a fixed latency.

    python -m benchmarks.ray_scaling

Both nodes are of this machine, so a latency at which its cores are not the limit shows what a
second node adds. Each turn makes the same calls through dispatcher and journal, the journal on a
folder; `requests/s` is from the first to the last request as the server sees them.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import tempfile
from statistics import mean

from benchmarks.shared.durable_stage import complete_with, filter_requests
from tests.servers.processes import forget, server_url, stats
from tests.servers.ray_cluster import ray_cluster
from webscale_rl_dagster.config import EngineConfig
from webscale_rl_dagster.inference.engines import open_engine


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--in-flight", type=int, default=32, help="of one engine")
    parser.add_argument("--latency", type=float, default=1.0)
    parser.add_argument("--turns", type=int, default=2)
    chosen = parser.parse_args()
    logging.getLogger().setLevel(logging.ERROR)
    rates: dict[int, list[float]] = {1: [], 2: []}
    with server_url(latency_s=chosen.latency) as url, ray_cluster() as cluster:
        cluster.add()
        for _ in range(chosen.turns):
            for engines, found in rates.items():
                found.append(_rate(url, cluster.address, engines, chosen))
                print(f"{engines} nodes: {found[-1]:.0f} requests/s", flush=True)
    one, two = rates[1], rates[2]
    print(f"two over one: {mean(two) / mean(one):.2f} ({min(two) / max(one):.2f} at worst)")


def _rate(url: str, address: str, engines: int, chosen: argparse.Namespace) -> float:
    """Of the server's clock, once every engine serves."""
    config = EngineConfig.model_validate(
        {
            "engine": "openai",
            "model": "test-model",
            "base_url": url,
            "max_in_flight": chosen.in_flight,
            "ray": {"address": address, "engines": engines},
        }
    )

    async def turn() -> None:
        engine = open_engine(config)
        try:
            await engine.complete(next(filter_requests(1)))
            while engine.in_flight < engines * chosen.in_flight:
                await asyncio.sleep(0.1)
            forget(url)
            with tempfile.TemporaryDirectory() as root:
                answers = await complete_with(engine, root, filter_requests(chosen.documents))
            assert answers == chosen.documents
        finally:
            await engine.aclose()

    asyncio.run(turn())
    seen = stats(url)
    return float(seen["requests"] / seen["seconds"])


if __name__ == "__main__":
    main()
