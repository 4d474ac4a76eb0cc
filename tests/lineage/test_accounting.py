"""What was paid, counted from the journal and from the runs that ended."""

from __future__ import annotations

import pytest

from tests.inference.test_dispatch import PLACE, request
from webscale_rl_dagster.config import Price
from webscale_rl_dagster.inference.journal import Journal
from webscale_rl_dagster.inference.protocol import Completion, ModelIdentity
from webscale_rl_dagster.inference.usage import Usage
from webscale_rl_dagster.lineage.accounting import record_usage, stage_usage
from webscale_rl_dagster.storage.objects import Objects

MODEL = ModelIdentity("gpt", "", "openai", "")
ANSWER = Completion("x", "stop", prompt_tokens=1000, completion_tokens=100, cached_tokens=600)
PRICES = {"gpt": Price(prompt=2.0, cached=0.5, completion=8.0)}
DOLLARS = (400 * 2.0 + 600 * 0.5 + 100 * 8.0) / 1e6


async def pay(objects: Objects, *texts: str, merge: bool = False) -> None:
    async with Journal(objects, PLACE) as journal:
        for text in texts:
            asked = request(text)
            await journal.record(asked.key(MODEL), asked, ANSWER, model=MODEL, attempt=1)
    if merge:
        journal.compact()


async def test_calls_of_a_killed_run_are_counted(objects: Objects) -> None:
    """It left its journal, and nothing else."""
    await pay(objects, "a", "b", merge=True)
    await pay(objects, "c")
    usage = stage_usage(objects, PLACE.stage, PLACE.shard, prices=PRICES)
    assert (usage.requests, usage.prompt_tokens, usage.cached_tokens) == (3, 3000, 1800)
    assert usage.completion_tokens == 300
    assert usage.dollars == pytest.approx(3 * DOLLARS)
    assert usage.elapsed_seconds == 0


async def test_seconds_and_retries_of_all_runs_add_up(objects: Objects) -> None:
    await pay(objects, "a")
    for _ in range(2):
        ran = Usage(requests=1, retries=2, failures=1, elapsed_seconds=10.0, own_seconds=1.0)
        record_usage(objects, PLACE, ran)
    record_usage(objects, PLACE, Usage(reused=5, elapsed_seconds=1.0))
    usage = stage_usage(objects, PLACE.stage, PLACE.shard)
    assert (usage.requests, usage.retries, usage.failures) == (1, 4, 2)
    assert (usage.elapsed_seconds, usage.waiting_seconds) == (20.0, 18.0)
    assert usage.tokens_per_second == pytest.approx(100 / 20)
    assert usage.dollars == 0


def test_a_stage_that_asked_nothing_paid_nothing(objects: Objects) -> None:
    assert stage_usage(objects, "verified_qa", PLACE.shard) == Usage()


def test_a_price_without_one_for_cached_tokens_charges_them_in_full() -> None:
    usage = Usage()
    usage.count(ANSWER, Price(prompt=1.0, completion=1.0))
    assert usage.dollars == pytest.approx(1100 / 1e6)
