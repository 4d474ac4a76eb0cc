"""How many durable model calls a second one process makes, against a server that answers at once.

    python -m benchmarks.orchestration

2,000 documents of 2 KB, one call each, 64 in flight, journal on, at 2 ms and 50 ms latency. The
server runs in a process of its own on the same machine and is no part of the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

from tests.servers.openai_server import free_port
from webscale_rl_dagster.inference.dispatch import Dispatcher, Policy
from webscale_rl_dagster.inference.engines.openai import OpenAIEngine
from webscale_rl_dagster.inference.journal import Journal, JournalPlace
from webscale_rl_dagster.inference.progress import LogProgress
from webscale_rl_dagster.inference.protocol import CompletionRequest, Sampling
from webscale_rl_dagster.prompts.library import load_template
from webscale_rl_dagster.prompts.schemas import filter_schema
from webscale_rl_dagster.storage.objects import Objects

SENTENCE = "The canal is 193 kilometres long and was opened to shipping in the year {}. "


@dataclass(frozen=True, slots=True)
class Figures:
    """One run's figures."""

    requests_per_s: float
    cpu_s_per_1000: float
    peak_mb: float


def request(number: int) -> CompletionRequest:
    """One filter call on a document of about 2 KB."""
    template = load_template("filter")
    text = "".join(SENTENCE.format(number + line) for line in range(27))
    return CompletionRequest(
        messages=template.render(document=text, title=f"Canal {number}"),
        sampling=Sampling(max_tokens=120),
        template=template.ref,
        role="filter",
        document_id=str(number),
        schema=filter_schema(),
    )


async def measure(url: str, documents: int, in_flight: int) -> Figures:
    """One stage's calls from the first to the merged journal."""
    engine = OpenAIEngine(url, "test-model", max_in_flight=in_flight)
    cpu, started = time.process_time(), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        place = JournalPlace("filtered_documents", "bench/0123456789/00000")
        async with Journal(Objects(folder), place) as journal:
            dispatcher = Dispatcher(
                engine, journal, Policy(), LogProgress(logging.getLogger("calls"))
            )
            requests = (request(number) for number in range(documents))
            answers = [a async for a in dispatcher.in_order(dispatcher.complete, requests)]
        seconds = time.perf_counter() - started
        journal.compact()
    assert len(answers) == documents
    assert dispatcher.usage.failures == 0
    await engine.aclose()
    return Figures(
        requests_per_s=documents / seconds,
        cpu_s_per_1000=(time.process_time() - cpu) / documents * 1000,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--in-flight", type=int, default=64)
    chosen = parser.parse_args()
    print("| latency | requests/s | CPU s per 1,000 | peak MB |\n|---|---|---|---|")
    for latency in (0.002, 0.05):
        port = free_port()
        module = [sys.executable, "-m", "tests.servers.openai_server"]
        server = subprocess.Popen([*module, "--port", str(port), "--latency", str(latency)])
        try:
            time.sleep(1)
            url = f"http://127.0.0.1:{port}/v1"
            figures = asyncio.run(measure(url, chosen.documents, chosen.in_flight))
        finally:
            server.terminate()
            server.wait()
        print(
            f"| {latency * 1000:.0f} ms | {figures.requests_per_s:.0f} | "
            f"{figures.cpu_s_per_1000:.2f} | {figures.peak_mb:.0f} |"
        )


if __name__ == "__main__":
    main()
