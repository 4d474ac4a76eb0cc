"""One candidate per document and persona."""

from __future__ import annotations

from typing import Any

import polars as pl

from webscale_rl_dagster.identity import qa_id
from webscale_rl_dagster.inference.dispatch import Dispatcher
from webscale_rl_dagster.prompts.library import load_template
from webscale_rl_dagster.schemas import frame_of
from webscale_rl_dagster.stages.outcome import KEPT, dropped, failed
from webscale_rl_dagster.writing.pairs import (
    Brief,
    Style,
    Written,
    share_spans,
    write_candidate,
)

Row = dict[str, Any]


async def generate_candidates(
    documents: pl.DataFrame, dispatcher: Dispatcher, *, shard: str, style: Style, samples: int
) -> pl.DataFrame:
    """One `candidate_qa` row per persona of each document, in their order."""

    async def write(document: Row) -> list[Row]:
        return await _write(document, dispatcher, shard, style, samples)

    found = dispatcher.in_order(write, documents.iter_rows(named=True))
    return frame_of("candidate_qa", [row async for rows in found for row in rows])


async def _write(
    document: Row, dispatcher: Dispatcher, shard: str, style: Style, samples: int
) -> list[Row]:
    """A document's personas one after another: each call finds its document in the prefix cache."""
    personas: list[str] = document["personas"]
    title = document["title"] or ""
    shares = share_spans(document["text"], title=title, personas=len(personas), style=style)
    rows: list[Row] = []
    for persona, spans in zip(personas, shares, strict=True):
        row = _identified(document, persona, shard, dispatcher.engine.identity.model)
        brief = Brief(
            document_id=document["document_id"],
            text=document["text"],
            title=title,
            domain=document["domain"],
            persona=persona,
            spans=spans,
            style=style,
            samples=samples,
            qa_id=row["qa_id"],
        )
        rows.append(row | _told(await write_candidate(brief, dispatcher.complete)))
    return rows


def _identified(document: Row, persona: str, shard: str, model: str) -> Row:
    prompt = load_template("generate").ref
    row: Row = {
        "document_id": document["document_id"],
        "persona": persona,
        "model": model,
        "prompt_version": f"{prompt.name}.{prompt.version}.{prompt.sha}",
        "sample": 0,
    }
    return row | {"qa_id": qa_id(shard, row), "domain": document["domain"]}


def _told(written: Written) -> Row:
    start, end = written.span or (None, None)
    row: Row = {
        "question": written.question,
        "answer": written.answer,
        "style": written.style,
        "span_start": start,
        "span_end": end,
        "tries": written.samples,
        "demonstrations": list(written.demonstrations),
        "round_trip": written.round_trip,
    }
    if written.error is not None:
        return row | failed(written.error)
    return row | (KEPT if written.reason is None else dropped(written.reason))
