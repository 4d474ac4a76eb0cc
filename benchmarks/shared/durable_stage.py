"""One stage's calls through dispatcher and journal, in a process that may be killed.

    python -m benchmarks.shared.durable_stage --url http://127.0.0.1:8000/v1 --root /tmp/store

`--root` is a folder or s3://bucket/prefix, with the credentials in the environment.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
from collections.abc import Iterable, Iterator

from webscale_rl_dagster.inference.dispatch import Dispatcher, Policy
from webscale_rl_dagster.inference.engines.openai import OpenAIEngine
from webscale_rl_dagster.inference.journal import Journal, JournalPlace
from webscale_rl_dagster.inference.progress import LogProgress
from webscale_rl_dagster.inference.protocol import CompletionRequest, Engine, Failed, Sampling
from webscale_rl_dagster.prompts.library import load_template
from webscale_rl_dagster.prompts.schemas import filter_schema
from webscale_rl_dagster.storage.objects import Objects

PLACE = JournalPlace("filtered_documents", "bench/0123456789/00000")
SENTENCE = "The canal is 193 kilometres long and was opened to shipping in the year {}. "


def filter_requests(documents: int) -> Iterator[CompletionRequest]:
    """One filter call for each document of about 2 KB."""
    template, schema = load_template("filter"), filter_schema()
    for number in range(documents):
        text = "".join(SENTENCE.format(number + line) for line in range(27))
        yield CompletionRequest(
            messages=template.render(document=text, title=f"Canal {number}"),
            sampling=Sampling(max_tokens=120),
            template=template.ref,
            role="filter",
            document_id=str(number),
            schema=schema,
        )


async def complete_all(
    url: str, root: str, requests: Iterable[CompletionRequest], in_flight: int
) -> int:
    """Against a server: from the first call to the merged journal; how many answers came."""
    engine = OpenAIEngine(url, "test-model", max_in_flight=in_flight)
    try:
        return await complete_with(engine, root, requests)
    finally:
        await engine.aclose()


async def complete_with(engine: Engine, root: str, requests: Iterable[CompletionRequest]) -> int:
    """The same with an engine, which stays open."""
    answers = 0
    async with Journal(Objects(root), PLACE) as journal:
        progress = LogProgress(logging.getLogger("calls"))
        dispatcher = Dispatcher(engine, journal, Policy(), progress)
        try:
            async for answer in dispatcher.in_order(dispatcher.complete, requests):
                assert not isinstance(answer, Failed), answer.error
                answers += 1
        finally:
            await dispatcher.aclose()
    journal.compact()
    return answers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--root", required=True)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--in-flight", type=int, default=64)
    chosen = parser.parse_args()
    requests = filter_requests(chosen.documents)
    answers = asyncio.run(complete_all(chosen.url, chosen.root, requests, chosen.in_flight))
    print(answers, "answers")


if __name__ == "__main__":
    main()
