"""The durable journal: a finished completion is on storage before it counts as done.

Records go to small immutable segment objects, many records a write (group commit), and once a
stage of a shard is done its segments are merged into one Parquet file, which is the provenance
table. A record's key is the content of its request, so an unchanged request is never paid twice.
Nothing is ever overwritten: two runs of one shard at once only write more segments. Memory does not
grow with the journal: what it holds is looked up in a spool on disk, and merged in batches.
"""

from __future__ import annotations

import asyncio
import io
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.inference.protocol import Completion, CompletionRequest, ModelIdentity
from webscale_rl_dagster.inference.spool import Spool
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

SEGMENT, MERGED = ".jsonl.zst", ".parquet"

_PATIENCE = 10
"""Listings of a journal that other runs are merging, before giving up."""

_READERS = 16
"""Segments fetched at once."""

_BATCH, _BATCH_BYTES = 1024, 4 * 1024 * 1024
"""What is held in memory at once where many records are read."""

_ANSWER = ("request_id", "completion", "finish_reason", "prompt_tokens", "completion_tokens")


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
        self._known = Spool()
        self._pending: list[_Pending] = []
        self._unwritten: list[_Pending] = []
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._closing = False
        self._session = uuid.uuid4().hex
        self._segments = 0

    async def __aenter__(self) -> Journal:
        await asyncio.to_thread(self._load)
        self._writer = asyncio.create_task(self._write_segments())
        return self

    async def __aexit__(self, *_: object) -> None:
        """What was recorded reaches storage even when the stage was cancelled."""
        self._closing = True
        self._wake.set()
        if self._writer is not None:
            await self._writer
        self._known.close()
        await asyncio.to_thread(self._commit, self._unwritten)

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
        pending = _Pending(orjson.dumps(row), asyncio.get_running_loop().create_future())
        self._pending.append(pending)
        self._wake.set()
        await pending.done
        self._known.add(key, completion)

    def compact(self) -> None:
        """Merge all segments into one Parquet file; safe while other runs write or merge."""
        for _ in range(_PATIENCE):
            names = self._names()
            if not any(name.endswith(SEGMENT) for name in names) and len(names) <= 1:
                return
            try:
                merge(self._objects, self._place.prefix, names)
            except StorageError as error:
                lost = error
                continue
            return
        raise lost

    def _load(self) -> None:
        """Every record of the journal; when a file vanishes it was merged, so list again."""
        for _ in range(_PATIENCE):
            names = self._names()
            try:
                for calls in read_calls(self._objects, names, columns=_ANSWER):
                    self._known.add_rows(calls.iter_rows())
            except StorageError as error:
                lost = error
                continue
            return
        raise lost

    def _names(self) -> list[str]:
        return files_of(self._place.prefix, self._objects.list(self._place.prefix))

    async def _write_segments(self) -> None:
        """One write after another; what came in meanwhile goes together."""
        while not self._closing or self._pending:
            await self._wake.wait()
            self._wake.clear()
            batch, self._pending = self._pending, []
            try:
                await asyncio.to_thread(self._commit, batch)
            except Exception as error:  # whatever it is, the calls that wait must hear of it
                self._unwritten += batch
                for pending in batch:
                    if not pending.done.done():
                        pending.done.set_exception(error)
                continue
            for pending in batch:
                if not pending.done.done():
                    pending.done.set_result(None)

    def _commit(self, batch: Sequence[_Pending]) -> None:
        if not batch:
            return
        self._segments += 1
        name = f"{self._place.prefix}/{self._session}-{self._segments:06d}{SEGMENT}"
        lines = b"\n".join(pending.line for pending in batch) + b"\n"
        self._objects.put(name, zstandard.compress(lines, 1))


@dataclass(frozen=True, slots=True)
class _Pending:
    """A record on its way to storage, and who waits for it."""

    line: bytes
    done: asyncio.Future[None]


_NOTHING = Completion("", "", 0, 0)


def files_of(folder: str, keys: Iterable[str]) -> list[str]:
    """Those of the keys that are files of the journal in this folder; not what lies deeper."""
    return [
        key for key in keys if key.endswith((SEGMENT, MERGED)) and key.rpartition("/")[0] == folder
    ]


def merge(
    objects: Objects, prefix: str, names: Sequence[str], *, without: pl.Expr | None = None
) -> None:
    """Replace these files of a journal by one, each call once; no others are touched.

    The new one is on storage before the old ones go. StorageError if a file vanishes under us:
    another run has merged it.

    Args:
        objects: Where the journal is.
        prefix: Its folder.
        names: Its files; what is none of them is neither read nor deleted.
        without: True of calls that are left out.
    """
    names = files_of(prefix, names)
    seen = Spool()
    with tempfile.NamedTemporaryFile(suffix=MERGED) as file:
        schema = pl.DataFrame(schema=CALLS).to_arrow().schema
        with pq.ParquetWriter(file.name, schema, compression="zstd") as writer:
            for calls in read_calls(objects, names):
                wanted = calls if without is None else calls.remove(without)
                first = [seen.add(key, _NOTHING) for key in wanted["request_id"]]
                writer.write_table(
                    wanted.filter(pl.Series(first, dtype=pl.Boolean)).to_arrow().cast(schema)
                )
        seen.close()
        objects.put_file(f"{prefix}/{uuid.uuid4().hex}{MERGED}", Path(file.name))
    objects.delete(names)


def read_calls(
    objects: Objects, names: Sequence[str], *, columns: Sequence[str] = tuple(CALLS)
) -> Iterator[pl.DataFrame]:
    """The records of these files of a journal, in frames of bounded size, in no set order.

    Runs of one shard at once may have made the same call twice; then both are here. StorageError,
    which names the file, if one is gone or cannot be read.
    """
    segments = [name for name in names if name.endswith(SEGMENT)]
    held: dict[str, bytes] = {}
    with ThreadPoolExecutor(_READERS) as pool:
        for start in range(0, len(segments), _READERS):
            some = segments[start : start + _READERS]
            for name, packed in zip(some, pool.map(objects.get, some), strict=True):
                with _naming(objects, name):
                    held[name] = _lines(packed)
            if sum(map(len, held.values())) >= _BATCH_BYTES:
                yield _frame(objects, held).select(columns)
                held = {}
    if held:
        yield _frame(objects, held).select(columns)
    for name in names:
        if name.endswith(MERGED):
            yield from _merged(objects, name, columns)


def _merged(objects: Objects, name: str, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
    with _naming(objects, name):
        file = pq.ParquetFile(objects.open(name))
    with file:
        batches = file.iter_batches(_BATCH, columns=list(columns))
        while True:
            with _naming(objects, name):
                batch = next(batches, None)
                if batch is None:
                    return
                calls = pl.DataFrame(batch).select(columns)
            yield calls


def _lines(segment: bytes) -> bytes:
    reader = zstandard.ZstdDecompressor().decompressobj()
    lines = reader.decompress(segment)
    if not reader.eof:
        raise zstandard.ZstdError("it ends too soon")
    return lines


def _frame(objects: Objects, segments: Mapping[str, bytes]) -> pl.DataFrame:
    try:
        return pl.read_ndjson(io.BytesIO(b"".join(segments.values())), schema=CALLS)
    except pl.exceptions.PolarsError:
        for name, lines in segments.items():
            with _naming(objects, name):
                pl.read_ndjson(io.BytesIO(lines), schema=CALLS)
        raise


@contextmanager
def _naming(objects: Objects, name: str) -> Iterator[None]:
    """Arrow says by an OSError that a column's bytes are damaged."""
    try:
        yield
    except (zstandard.ZstdError, pa.ArrowException, pl.exceptions.PolarsError, OSError) as error:
        raise StorageError(
            f"{objects.uri(name)} is no part of a journal: move it out of the storage, and its "
            f"calls are made again ({error})"
        ) from error


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
