"""What the model calls of a stage and shard came to, over all runs that worked on it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import orjson
import polars as pl

from webscale_rl_dagster.config import Price
from webscale_rl_dagster.inference.journal import JournalPlace, read_calls
from webscale_rl_dagster.inference.usage import Usage, dollars
from webscale_rl_dagster.storage.objects import Objects

_TOKENS = ("model", "prompt_tokens", "cached_tokens", "completion_tokens", "latency_s")


def record_usage(objects: Objects, place: JournalPlace, usage: Usage) -> None:
    """Keep what one run of a stage came to; a run that asked nothing leaves nothing."""
    if usage.requests or usage.failures or usage.retries:
        name = f"usage/{place.stage}/{place.shard}/{uuid.uuid4().hex}.json"
        objects.put(name, orjson.dumps(usage.as_dict()))


def stage_usage(
    objects: Objects, stage: str, shard: str, *, prices: Mapping[str, Price] | None = None
) -> Usage:
    """Everything paid for one stage of one shard.

    Calls, tokens and dollars are counted from the journal, so a run that was killed is in them;
    retries, failures and seconds are those of the runs that ended.
    """
    total = Usage()
    for name in objects.list(f"usage/{stage}/{shard}"):
        total.add(Usage.of(orjson.loads(objects.get(name))))
    total.requests = total.prompt_tokens = total.cached_tokens = total.completion_tokens = 0
    total.dollars = total.engine_seconds = 0.0
    names = list(objects.list(JournalPlace(stage, shard).prefix))
    for calls in read_calls(objects, names, columns=_TOKENS):
        for row in _by_model(calls).iter_rows(named=True):
            _count(total, row, (prices or {}).get(row["model"]))
    return total


def _by_model(calls: pl.DataFrame) -> pl.DataFrame:
    return calls.group_by("model").agg(pl.len().alias("requests"), pl.col(_TOKENS[1:]).sum())


def _count(total: Usage, row: Mapping[str, int | float], price: Price | None) -> None:
    prompt, cached = int(row["prompt_tokens"]), int(row["cached_tokens"])
    completion = int(row["completion_tokens"])
    total.requests += int(row["requests"])
    total.prompt_tokens += prompt
    total.cached_tokens += cached
    total.completion_tokens += completion
    total.engine_seconds += row["latency_s"]
    if price is not None:
        total.dollars += dollars(price, prompt=prompt, cached=cached, completion=completion)
