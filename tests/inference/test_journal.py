"""What the journal promises: durable before done, mergeable at any time, safe among writers."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import polars as pl
import pytest
import zstandard

from tests.inference.test_dispatch import PLACE, request
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.inference.journal import CALLS, Journal, merge, read_calls
from webscale_rl_dagster.inference.protocol import Completion, ModelIdentity
from webscale_rl_dagster.storage.objects import Objects

MODEL = ModelIdentity("m", "r", "openai", "1")
ANSWER = Completion("text \u00e9 \u2203", "stop", 10, 3)


async def record(journal: Journal, *texts: str) -> None:
    requests = {text: request(text) for text in texts}
    await asyncio.gather(
        *(
            journal.record(asked.key(MODEL), asked, ANSWER, model=MODEL, attempt=1)
            for asked in requests.values()
        )
    )


def key(text: str) -> str:
    return request(text).key(MODEL)


async def test_a_recorded_completion_is_on_storage_before_record_returns(tmp_path: Path) -> None:
    async with Journal(Objects(str(tmp_path)), PLACE) as journal:
        await record(journal, "a")
        [segment] = tmp_path.rglob("*.jsonl.zst")
        assert key("a").encode() in zstandard.ZstdDecompressor().decompressobj().decompress(
            segment.read_bytes()
        )


async def test_records_made_at_once_share_a_write(tmp_path: Path) -> None:
    async with Journal(Objects(str(tmp_path)), PLACE) as journal:
        await record(journal, *map(str, range(200)))
    assert len(list(tmp_path.rglob("*.jsonl.zst"))) < 20


async def test_a_merged_journal_answers_as_before(tmp_path: Path) -> None:
    objects = Objects(str(tmp_path))
    async with Journal(objects, PLACE) as journal:
        await record(journal, "a", "b")
    journal.compact()
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".parquet"]
    async with Journal(objects, PLACE) as later:
        assert later.get(key("b")) == ANSWER
        assert later.get(key("c")) is None


async def test_the_merged_journal_is_the_provenance_table(tmp_path: Path) -> None:
    async with Journal(Objects(str(tmp_path)), PLACE) as journal:
        await record(journal, "a")
    journal.compact()
    [table] = tmp_path.rglob("*.parquet")
    calls = pl.read_parquet(io.BytesIO(table.read_bytes()))
    assert calls.schema == CALLS
    assert calls.select("stage", "role", "document_id", "model", "run_id", "completion").rows() == [
        ("filtered_documents", "filter", "a", "m", "run", ANSWER.text)
    ]


async def test_two_runs_of_one_shard_lose_nothing(tmp_path: Path) -> None:
    objects = Objects(str(tmp_path))
    async with Journal(objects, PLACE) as one, Journal(objects, PLACE) as other:
        await asyncio.gather(record(one, "a", "b"), record(other, "b", "c"))
    await asyncio.gather(asyncio.to_thread(one.compact), asyncio.to_thread(other.compact))
    async with Journal(objects, PLACE) as later:
        assert all(later.get(key(text)) == ANSWER for text in "abc")


async def test_a_cancelled_stage_keeps_what_was_recorded(tmp_path: Path) -> None:
    objects = Objects(str(tmp_path))

    async def stage() -> None:
        async with Journal(objects, PLACE) as journal:
            task = asyncio.ensure_future(record(journal, "a"))
            for _ in range(3):  # until the record is handed over, not yet written
                await asyncio.sleep(0)
            task.cancel()
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await stage()
    async with Journal(objects, PLACE) as later:
        assert later.get(key("a")) == ANSWER


async def test_storage_that_refuses_a_write_fails_the_call(tmp_path: Path) -> None:
    objects = Objects(str(tmp_path))
    blocker = tmp_path / "journal"
    async with Journal(objects, PLACE) as journal:
        blocker.write_text("a file where a folder must be")
        with pytest.raises(StorageError, match="cannot write"):
            await record(journal, "a")
        blocker.unlink()
    async with Journal(objects, PLACE) as later:
        assert later.get(key("a")) == ANSWER  # written at the end, when storage was back


async def test_storage_that_stays_away_is_an_error(tmp_path: Path) -> None:
    async def use_a_broken_folder() -> None:
        async with Journal(Objects(str(tmp_path)), PLACE) as journal:
            (tmp_path / "journal").write_text("a file where a folder must be")
            await record(journal, "a")

    with pytest.raises(StorageError, match="cannot write"):
        await use_a_broken_folder()


async def test_only_the_files_of_a_journal_are_merged(tmp_path: Path) -> None:
    objects = Objects(str(tmp_path))
    stray = [f"{PLACE.prefix}/{name}" for name in (".DS_Store", "copy/old.parquet", "deep/a.txt")]
    for name in stray:
        objects.put(name, b"mine")
    async with Journal(objects, PLACE) as journal:
        await record(journal, "a")
    journal.compact()
    assert [objects.get(name) for name in stray] == [b"mine"] * 3
    merge(objects, PLACE.prefix, list(objects.list(PLACE.prefix)))
    assert [objects.get(name) for name in stray] == [b"mine"] * 3
    [merged] = {*objects.list(PLACE.prefix)} - {*stray}
    assert merged.endswith(".parquet")
    async with Journal(objects, PLACE) as later:
        assert later.get(key("a")) == ANSWER


@pytest.mark.parametrize("damage", ["random", "short", "lines", "no table", "page"])
async def test_a_damaged_file_is_named(tmp_path: Path, damage: str) -> None:
    objects = Objects(str(tmp_path))
    async with Journal(objects, PLACE) as journal:
        await record(journal, "a", "b")
    [segment] = objects.list(PLACE.prefix)
    whole = objects.get(segment)
    bad = f"{PLACE.prefix}/bad{'.parquet' if damage in ('no table', 'page') else '.jsonl.zst'}"
    match damage:
        case "random" | "no table":
            objects.put(bad, b"not at all")
        case "short":
            objects.put(bad, whole[:-9])
        case "lines":
            objects.put(bad, zstandard.compress(b'{"request_id": "ab'))
        case "page":
            table = io.BytesIO()
            pl.DataFrame({"request_id": ["ab" * 32] * 9}).write_parquet(table)
            body = bytearray(table.getvalue())
            body[4:60] = b"\xff" * 56
            objects.put(bad, bytes(body))
    with pytest.raises(StorageError, match=rf"{bad} is no part of a journal"):
        list(read_calls(objects, [segment, bad], columns=("request_id",)))
