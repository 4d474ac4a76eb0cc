"""What all model stages share: rows flow through, in order, with a bounded number under way."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline import reply
from tests.servers.openai_server import Script
from tests.stages.streams import (
    IN_FLIGHT,
    PERSONAS,
    SHARD,
    Tap,
    candidate,
    classified,
    dispatching,
    made,
    towns,
    whole,
    windows_of,
)
from webscale_rl_dagster.config import FilterConfig, VerificationConfig
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.inference.dispatch import Dispatcher
from webscale_rl_dagster.stages.check import Judges, check_candidates
from webscale_rl_dagster.stages.classify import classify_documents
from webscale_rl_dagster.stages.filter import filter_documents
from webscale_rl_dagster.stages.generate import generate_candidates
from webscale_rl_dagster.storage.tables import Row

Stage = Callable[[Iterable[Row], Iterable[Row], Dispatcher], AsyncIterator[Row]]
AHEAD = 4 * IN_FLIGHT + 1


def _filter(_: Iterable[Row], documents: Iterable[Row], dispatcher: Dispatcher) -> Any:
    return filter_documents(documents, dispatcher, FilterConfig(), windows_of(), None)


def _classify(rows: Iterable[Row], documents: Iterable[Row], dispatcher: Dispatcher) -> Any:
    filtered = (whole(row) for row in rows)
    return classify_documents(filtered, documents, dispatcher, personas=2, shortlist=10)


def _generate(rows: Iterable[Row], documents: Iterable[Row], dispatcher: Dispatcher) -> Any:
    return generate_candidates(
        map(classified, rows), documents, dispatcher, shard=SHARD, style="cloze", samples=1
    )


def _check(rows: Iterable[Row], documents: Iterable[Row], dispatcher: Dispatcher) -> Any:
    candidates = (candidate(row, persona) for row in rows for persona in PERSONAS)
    return check_candidates(candidates, documents, Judges(dispatcher), VerificationConfig())


STAGES: dict[str, tuple[Stage, int]] = {
    "filtered_documents": (_filter, 1),
    "classified_documents": (_classify, 1),
    "candidate_qa": (_generate, 2),
    "checked_qa": (_check, 2),
}
"""Each with how many rows it makes of one document."""


@pytest.mark.parametrize("table", STAGES)
async def test_rows_come_in_the_order_of_the_input_whatever_finishes_first(
    table: str, tmp_path: Path
) -> None:
    stage, each = STAGES[table]
    answered: list[str] = []

    def noting(body: dict[str, Any]) -> str:
        answered.extend(re.findall(r"founded in (\d{4})", body["messages"][-1]["content"])[:1])
        return reply(body)

    faults = ["server_error", "none", "none", "server_error", "server_error", "none"] * 4
    async with dispatching(tmp_path, Script(reply=noting, faults=faults)) as dispatcher:
        rows = await made(table, stage(towns(30), towns(30), dispatcher))
    wanted = [found["document_id"] for found in towns(30) for _ in range(each)]
    assert [row["document_id"] for row in rows] == wanted
    assert answered != sorted(answered)


@pytest.mark.parametrize("table", STAGES)
async def test_results_come_before_the_input_ends_and_little_is_taken_ahead(
    table: str, tmp_path: Path
) -> None:
    stage, each = STAGES[table]
    rows, documents = Tap(towns(2000), shut_at=999), Tap(towns(2000), shut_at=999)
    async with (
        dispatching(tmp_path) as dispatcher,
        aclosing(stage(rows, documents, dispatcher)) as found,
    ):
        for count in range(60):
            await anext(found)
            rows.opened = documents.opened = True
            assert documents.taken <= count // each + AHEAD
            assert rows.taken <= count // each + AHEAD + 1


@pytest.mark.parametrize("table", [table for table in STAGES if table != "filtered_documents"])
async def test_a_row_whose_document_is_gone_stops_the_stage(table: str, tmp_path: Path) -> None:
    stage, _ = STAGES[table]
    documents = [found for number, found in enumerate(towns(9)) if number != 4]
    async with dispatching(tmp_path) as dispatcher:
        with pytest.raises(StorageError, match="raw_documents do not agree"):
            await made(table, stage(towns(9), documents, dispatcher))


async def test_an_unchanged_document_asks_the_same(tmp_path: Path) -> None:
    script = Script(reply=reply)
    async with dispatching(tmp_path, script) as dispatcher:
        first = await made("candidate_qa", _generate(towns(5), towns(5), dispatcher))
        again = await made("candidate_qa", _generate(towns(5), towns(5), dispatcher))
    assert first == again
    assert max(script.prompts.values()) == 1
