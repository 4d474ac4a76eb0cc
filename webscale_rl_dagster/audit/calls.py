"""The model calls of a row: those made for it, and those it shares, by the key of the request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson
import polars as pl

from webscale_rl_dagster.audit.lookup import among, found
from webscale_rl_dagster.audit.prompts import Messages, Prompts
from webscale_rl_dagster.inference.journal import CALLS, MERGED, SEGMENT, JournalPlace, read_calls
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
    names = list(objects.list(JournalPlace(stage, shard).prefix))
    ids = {
        key
        for some in read_calls(
            objects, names, columns=("request_id", "document_id", "qa_id", "template")
        )
        for key in some.filter(own)["request_id"]
    }
    mine = _read(objects, names, ids)
    more = _keys(objects, names, prompts(mine)) - ids
    return sorted([*mine, *_read(objects, names, more)], key=lambda call: call["time"])


def _keys(objects: Objects, names: Sequence[str], prompts: Prompts) -> set[str]:
    """The keys that these prompts have with every model and every sampling in the journal."""
    if not any(prompts.values()):
        return set()
    kinds: set[tuple[Any, ...]] = set()
    for some in read_calls(objects, names, columns=_KIND):
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


def _read(objects: Objects, names: Sequence[str], ids: set[str]) -> list[Call]:
    return [_told(row) for row in _rows(objects, names, ids)] if ids else []


def _rows(objects: Objects, names: Sequence[str], ids: set[str]) -> Iterator[dict[str, Any]]:
    where = among("request_id", ids)
    for some in read_calls(objects, [name for name in names if name.endswith(SEGMENT)]):
        yield from some.filter(where.test).iter_rows(named=True)
    for name in names:
        if name.endswith(MERGED):
            with objects.open(name) as file:
                for some in found(file, where, list(CALLS)):
                    yield from some.iter_rows(named=True)


def _told(row: Mapping[str, Any]) -> Call:
    parameters = orjson.loads(row["sampling"])
    schema = parameters.pop("schema")
    return {name: row[name] for name in _TOLD} | {
        "prompt": orjson.loads(row["messages"]),
        "parameters": parameters | {"seed": row["seed"]},
        "schema": schema,
        "sent_for": {"document_id": row["document_id"], "qa_id": row["qa_id"]},
    }
