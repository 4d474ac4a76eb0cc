"""The journal of a synthetic shard: every call as its stage would have put and recorded it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from benchmarks.auditing.documents import Documents
from benchmarks.auditing.judged import MODEL
from benchmarks.auditing.pairs import Pairs
from benchmarks.auditing.requests import Answered, requests_of
from webscale_rl_dagster.identity import sha256_text
from webscale_rl_dagster.inference.journal import Journal, JournalPlace
from webscale_rl_dagster.inference.protocol import Completion, ModelIdentity
from webscale_rl_dagster.inference.usage import Usage
from webscale_rl_dagster.storage.objects import Objects

_IDENTITY = ModelIdentity(MODEL, "0123abcd", "openai", "1.0")


def write_calls(
    objects: Objects, shard: str, documents: Documents, pairs: Pairs
) -> dict[str, Usage]:
    """A merged journal of every stage that asks; what the calls of each came to."""
    return {
        stage: asyncio.run(_write(objects, JournalPlace(stage, shard, run_of(shard)), answered))
        for stage, answered in requests_of(documents, pairs).items()
    }


def run_of(shard: str) -> str:
    """The id of the run that made a shard."""
    digits = sha256_text(shard)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]))


async def _record(journal: Journal, answered: Iterable[Answered]) -> Usage:
    usage = Usage()
    waiting = []
    for request, text in answered:
        prompt = sum(len(message["content"]) for message in request.messages) // 4
        completion = Completion(text, "stop", prompt, len(text) // 4, prompt // 2, 0.5)
        usage.count(completion)
        key = request.key(_IDENTITY)
        waiting.append(journal.record(key, request, completion, model=_IDENTITY, attempt=1))
    await asyncio.gather(*waiting)
    return usage


async def _write(objects: Objects, place: JournalPlace, answered: Iterable[Answered]) -> Usage:
    async with Journal(objects, place) as journal:
        usage = await _record(journal, answered)
    journal.compact()
    return usage
