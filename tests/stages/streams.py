"""Stages on streams of rows, their calls made through the real dispatcher, journal and engine."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.pipeline import TOWNS, reply, town
from tests.servers.openai_server import Script, running
from webscale_rl_dagster.config import Config, EngineConfig, ModelsConfig
from webscale_rl_dagster.identity import document_id, qa_id
from webscale_rl_dagster.inference.dispatch import Dispatcher, Policy
from webscale_rl_dagster.inference.engines.openai import OpenAIEngine
from webscale_rl_dagster.inference.journal import Journal, JournalPlace
from webscale_rl_dagster.inference.progress import LogProgress
from webscale_rl_dagster.schemas import TABLES
from webscale_rl_dagster.stages.windows import Windower, windower
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Row

SHARD = "wiki/0123456789/00000"
IN_FLIGHT = 8
QUICK = Policy(request_deadline_s=5, attempts=4, backoff_s=0.02)
PERSONAS = ["local historian", "bridge engineer"]


@asynccontextmanager
async def dispatching(folder: Path, script: Script | None = None) -> AsyncIterator[Dispatcher]:
    """A dispatcher with `IN_FLIGHT` slots; the server says what `tests.pipeline.reply` says."""
    with running(script or Script(reply=reply)) as url:
        engine = OpenAIEngine(url, "test-model", max_in_flight=IN_FLIGHT)
        try:
            place = JournalPlace("filtered_documents", SHARD, "run")
            async with Journal(Objects(str(folder)), place) as journal:
                progress = LogProgress(logging.getLogger("stages"))
                dispatcher = Dispatcher(engine, journal, QUICK, progress)
                try:
                    yield dispatcher
                finally:
                    await dispatcher.aclose()
        finally:
            await engine.aclose()


async def made(table: str, rows: AsyncIterator[Row]) -> list[Row]:
    """All rows of a stage, each with every column of its table."""
    found = [row async for row in rows]
    assert all(row.keys() == set(TABLES[table]) for row in found)
    return found


def kept(rows: Iterable[Row]) -> Iterator[Row]:
    return (row for row in rows if row["kept"])


def windows_of(tokens: int = 2048) -> Windower:
    """What cuts documents for a model whose window holds so many tokens."""
    engine = EngineConfig(
        engine="openai", base_url="http://127.0.0.1:9/v1", model="m", context_tokens=tokens
    )
    return windower(Config(models=ModelsConfig(default=engine)))


def document(text: str, title: str = "", **columns: Any) -> Row:
    return {"document_id": document_id(text), "text": text, "title": title, **columns}


def towns(count: int) -> Iterator[Row]:
    return (document(town(number), TOWNS[number % 6]) for number in range(count))


def whole(found: Row, **columns: Any) -> Row:
    """A row about all of a document."""
    place = {"window": 0, "window_start": 0, "window_end": len(found["text"])}
    return {"document_id": found["document_id"], **place, **columns}


def classified(found: Row) -> Row:
    return whole(found, domain="Other", personas=PERSONAS)


def candidate(found: Row, persona: str = PERSONAS[0], **columns: Any) -> Row:
    """Asks in which year the town of a document of `towns` was founded."""
    founded = found["text"].index("founded in ") + len("founded in ")
    parts = {"document_id": found["document_id"], "persona": persona}
    row = whole(
        found,
        qa_id=qa_id(SHARD, parts),
        persona=persona,
        domain="Other",
        question=f"In which year was the market town of {found['title']} founded?",
        answer=found["text"][founded : founded + 4],
        style="open",
        round_trip="found",
        model="test-model",
        prompt_version="generate.1",
    )
    return row | columns


class Tap:
    """A stream that counts what was taken of it, and must not be drained before `opened`."""

    def __init__(self, rows: Iterable[Row], *, shut_at: int) -> None:
        self.taken = 0
        self.opened = False
        self._rows = rows
        self._shut_at = shut_at

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            assert self.opened or self.taken < self._shut_at, "input drained before any result"
            self.taken += 1
            yield row
