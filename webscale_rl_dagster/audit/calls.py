"""The model calls of a row: those made for it, and those it shares, by the key of the request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
import polars as pl

from webscale_rl_dagster.audit.prompts import Messages, Prompts
from webscale_rl_dagster.audit.recorded import RecordedCalls
from webscale_rl_dagster.inference.protocol import (
    CompletionRequest,
    ModelIdentity,
    Sampling,
    TemplateRef,
)
from webscale_rl_dagster.storage.objects import Objects

Call = dict[str, Any]

_KIND = (
    "template",
    "template_version",
    "template_sha",
    "model",
    "revision",
    "role",
    "sampling",
    "seed",
)
"""What makes a request's key beside its messages."""
_TOLD = (
    "request_id",
    "stage",
    "role",
    "model",
    "revision",
    "engine",
    "engine_version",
    "template",
    "template_version",
    "template_sha",
    "completion",
    "finish_reason",
    "prompt_tokens",
    "cached_tokens",
    "completion_tokens",
    "latency_s",
    "attempt",
    "run_id",
    "time",
)


def calls_of(
    objects: Objects,
    stage: str,
    shard: str,
    *,
    own: pl.Expr,
    prompts: Callable[[Sequence[Call]], Prompts],
) -> list[Call]:
    """Calls of one stage of a shard, by time: for whom they were made says `sent_for`.

    Two runs of a shard at once may have made a call twice; then both are here.

    Args:
        objects: Where the journal lies.
        stage: Whose journal.
        shard: Likewise.
        own: Which records were made for the row, on `document_id`, `qa_id` and `template`.
        prompts: Given those, what the row's calls may have asked; a record whose key is that of
            such a prompt is the row's as well. A prompt of an older template has another key.
    """
    with RecordedCalls(objects, stage, shard) as recorded:
        ids: set[str] = set()
        templates: set[str] = set()
        for some in recorded.batches(("request_id", "document_id", "qa_id", "template")):
            ids.update(some.filter(own)["request_id"])
            templates.update(some["template"].unique())
        mine = [_told(row) for row in recorded.rows(ids)]
        asked = {name: all_of for name, all_of in prompts(mine).items() if name in templates}
        more = [_told(row) for row in recorded.rows(_keys(recorded, asked) - ids)]
    return sorted([*mine, *more], key=lambda call: call["time"])


def _keys(recorded: RecordedCalls, prompts: Prompts) -> set[str]:
    """The keys that these prompts have with every model and every sampling in the journal."""
    if not any(prompts.values()):
        return set()
    kinds: set[tuple[Any, ...]] = set()
    for some in recorded.batches(_KIND):
        kinds.update(some.filter(pl.col("template").is_in(list(prompts))).unique().iter_rows())
    return {
        _key(dict(zip(_KIND, kind, strict=True)), messages)
        for kind in kinds
        for messages in prompts[kind[0]]
    }


def _key(kind: Mapping[str, Any], messages: Messages) -> str:
    sampling = orjson.loads(kind["sampling"])
    schema = sampling.pop("schema")
    request = CompletionRequest(
        messages=messages,
        sampling=Sampling(**sampling | {"seed": kind["seed"], "stop": tuple(sampling["stop"])}),
        template=TemplateRef(kind["template"], kind["template_version"], kind["template_sha"]),
        role=kind["role"],
        document_id="",
        schema=schema,
    )
    return request.key(ModelIdentity(kind["model"], kind["revision"], "", ""))


def _told(row: Mapping[str, Any]) -> Call:
    parameters = orjson.loads(row["sampling"])
    schema = parameters.pop("schema")
    return {name: row[name] for name in _TOLD} | {
        "prompt": orjson.loads(row["messages"]),
        "parameters": parameters | {"seed": row["seed"]},
        "schema": schema,
        "sent_for": {"document_id": row["document_id"], "qa_id": row["qa_id"]},
    }
