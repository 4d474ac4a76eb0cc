"""This system's dispatcher and journal on one endpoint, measured as its peers are."""

from __future__ import annotations

import asyncio

from benchmarks.peers.phase import measured, read_job
from benchmarks.shared.durable_stage import complete_all, filter_requests


def main() -> None:
    job = read_job()
    requests = list(filter_requests(len(job.messages())))
    with measured(job):
        asyncio.run(complete_all(job.url, str(job.folder), requests, job.in_flight))


if __name__ == "__main__":
    main()
