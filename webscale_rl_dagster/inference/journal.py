"""The durable journal: a finished completion is on storage before it counts as done.

Records go to small immutable segment objects, many records a write (group commit), and once a
stage of a shard is done its segments are merged into one Parquet file, which is the provenance
table. A record's key is the content of its request, so an unchanged request is never paid twice.
Nothing is ever overwritten: two runs of one shard at once only write more segments.
"""

from __future__ import annotations

import asyncio
import io
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
import polars as pl

from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.inference.protocol import Completion, CompletionRequest, ModelIdentity
from webscale_rl_dagster.storage.objects import Objects

CALLS = pl.Schema(
    {
        "request_id": pl.String(),
        "stage": pl.String(),
        "role": pl.String(),
        "document_id": pl.String(),
        "qa_id": pl.String(),
        "template": pl.String(),
        "template_version": pl.String(),
        "template_sha": pl.String(),
        "model": pl.String(),
        "revision": pl.String(),
        "engine": pl.String(),
        "engine_version": pl.String(),
        "sampling": pl.String(),
        "seed": pl.Int64(),
        "messages": pl.String(),
        "completion": pl.String(),
        "finish_reason": pl.String(),
        "prompt_tokens": pl.Int64(),
        "cached_tokens": pl.Int64(),
        "completion_tokens": pl.Int64(),
        "latency_s": pl.Float64(),
        "attempt": pl.Int32(),
        "run_id": pl.String(),
        "time": pl.String(),
    }
)
"""The provenance record of one model call."""

_PATIENCE = 10
"""Listings of a journal that other runs are merging, before giving up."""

_ANSWER = ["request_id", "completion", "finish_reason", "prompt_tokens", "completion_tokens"]


@dataclass(frozen=True, slots=True)
class JournalPlace:
    """Whose calls a journal holds."""

    stage: str
    shard: str
    run_id: str = ""

    @property
    def prefix(self) -> str:
        return f"journal/{self.stage}/{self.shard}"


class Journal:
    """The completions of one stage of one shard. Use as an async context manager."""

    def __init__(self, objects: Objects, place: JournalPlace) -> None:
        self._objects = objects
        self._place = place
        self._known: dict[str, Completion] = {}
        self._pending: list[tuple[bytes, asyncio.Future[None]]] = []
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._session = uuid.uuid4().hex
        self._segments = 0

    async def __aenter__(self) -> Journal:
        self._known = await asyncio.to_thread(self._load)
        self._writer = asyncio.create_task(self._write_segments())
        return self

    async def __aexit__(self, *_: object) -> None:
        """What was recorded reaches storage even when the stage was cancelled."""
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
        await asyncio.to_thread(self._commit, self._take())

    def get(self, key: str) -> Completion | None:
        return self._known.get(key)

    async def record(
        self,
        key: str,
        request: CompletionRequest,
        completion: Completion,
        *,
        model: ModelIdentity,
        attempt: int,
    ) -> None:
        """Returns once the completion is on storage."""
        row = _row(self._place, key, request, completion, model, attempt)
        done = asyncio.get_running_loop().create_future()
        self._pending.append((orjson.dumps(row), done))
        self._wake.set()
        await done
        self._known[key] = completion

    def compact(self) -> None:
        """Merge all segments into one Parquet file; safe while other runs write or compact."""
        files = self._read()
        if all(name.endswith(".parquet") for name in files) and len(files) <= 1:
            return
        calls = pl.concat(files.values()).unique("request_id", keep="first", maintain_order=True)
        buffer = io.BytesIO()
        calls.write_parquet(buffer, compression="zstd")
        merged = f"{self._place.prefix}/{self._session}.parquet"
        self._objects.put(merged, buffer.getvalue())
        self._objects.delete(name for name in files if name != merged)

    def _load(self) -> dict[str, Completion]:
        frames = [frame.select(_ANSWER) for frame in self._read().values()]
        rows = pl.concat(frames).iter_rows() if frames else iter(())
        return {row[0]: Completion(row[1], row[2], row[3], row[4]) for row in rows}

    def _read(self) -> dict[str, pl.DataFrame]:
        """Every file of the journal; one that vanishes under us was merged: list again."""
        for _ in range(_PATIENCE):
            names = list(self._objects.list(self._place.prefix))
            try:
                return {name: self._read_file(name) for name in names}
            except StorageError as error:
                lost = error
        raise lost

    def _read_file(self, name: str) -> pl.DataFrame:
        data = io.BytesIO(self._objects.get(name))
        if name.endswith(".parquet"):
            return pl.read_parquet(data)
        return pl.read_ndjson(data, schema=CALLS)

    async def _write_segments(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            batch = self._take()
            try:
                await asyncio.to_thread(self._commit, batch)
            except asyncio.CancelledError:
                self._pending = batch + self._pending
                raise
            except Exception as error:  # whatever it is, the calls that wait must hear of it
                for _, done in batch:
                    if not done.done():
                        done.set_exception(error)
                continue
            for _, done in batch:
                if not done.done():
                    done.set_result(None)

    def _take(self) -> list[tuple[bytes, asyncio.Future[None]]]:
        batch, self._pending = self._pending, []
        return batch

    def _commit(self, batch: list[tuple[bytes, asyncio.Future[None]]]) -> None:
        if not batch:
            return
        self._segments += 1
        name = f"{self._place.prefix}/{self._session}-{self._segments:06d}.jsonl"
        self._objects.put(name, b"\n".join(line for line, _ in batch) + b"\n")


def _row(
    place: JournalPlace,
    key: str,
    request: CompletionRequest,
    completion: Completion,
    model: ModelIdentity,
    attempt: int,
) -> dict[str, Any]:
    sampling = request.sampling
    return {
        "request_id": key,
        "stage": place.stage,
        "role": request.role,
        "document_id": request.document_id,
        "qa_id": request.qa_id,
        "template": request.template.name,
        "template_version": request.template.version,
        "template_sha": request.template.sha,
        "model": model.model,
        "revision": model.revision,
        "engine": model.engine,
        "engine_version": model.engine_version,
        "sampling": orjson.dumps(
            {
                "max_tokens": sampling.max_tokens,
                "temperature": sampling.temperature,
                "top_p": sampling.top_p,
                "stop": sampling.stop,
                "schema": request.schema,
            }
        ).decode(),
        "seed": sampling.seed,
        "messages": orjson.dumps(request.messages).decode(),
        "completion": completion.text,
        "finish_reason": completion.finish_reason,
        "prompt_tokens": completion.prompt_tokens,
        "cached_tokens": completion.cached_tokens,
        "completion_tokens": completion.completion_tokens,
        "latency_s": completion.latency_s,
        "attempt": attempt,
        "run_id": place.run_id,
        "time": datetime.now(UTC).isoformat(),
    }
