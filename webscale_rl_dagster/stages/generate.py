"""One candidate per window and persona."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from webscale_rl_dagster.identity import qa_id
from webscale_rl_dagster.inference.dispatch import Dispatcher
from webscale_rl_dagster.prompts.library import load_template
from webscale_rl_dagster.stages.documents import PLACE, in_document, with_windows
from webscale_rl_dagster.stages.outcome import KEPT, dropped, failed
from webscale_rl_dagster.storage.tables import Row
from webscale_rl_dagster.writing.pairs import (
    Brief,
    Style,
    Written,
    share_spans,
    write_candidate,
)
from webscale_rl_dagster.writing.topic import find_topic


async def generate_candidates(
    classified: Iterable[Row],
    documents: Iterable[Row],
    dispatcher: Dispatcher,
    *,
    shard: str,
    style: Style,
    samples: int,
) -> AsyncIterator[Row]:
    """One `candidate_qa` row per persona of each kept window, in their order."""

    async def write(window: Row) -> list[Row]:
        return await _write(window, dispatcher, shard, style, samples)

    windows = with_windows(classified, documents, table="classified_documents")
    async for rows in dispatcher.in_order(write, windows):
        for row in rows:
            yield row


async def _write(
    window: Row, dispatcher: Dispatcher, shard: str, style: Style, samples: int
) -> list[Row]:
    """A window's personas one after another: each call finds its text in the prefix cache."""
    personas: list[str] = window["personas"]
    topic = find_topic(window["opening"], window["title"])
    shares = share_spans(window["text"], topic=topic, personas=len(personas), style=style)
    rows: list[Row] = []
    for persona, spans in zip(personas, shares, strict=True):
        row = _identified(window, persona, shard, dispatcher.engine.identity.model)
        brief = Brief(
            document_id=window["document_id"],
            text=window["text"],
            title=window["title"],
            topic=topic,
            domain=window["domain"],
            persona=persona,
            spans=spans,
            style=style,
            samples=samples,
            qa_id=row["qa_id"],
        )
        written = await write_candidate(brief, dispatcher.complete)
        rows.append(row | _told(written, window))
    return rows


def _identified(window: Row, persona: str, shard: str, model: str) -> Row:
    prompt = load_template("generate").ref
    row: Row = {
        "document_id": window["document_id"],
        "window": window["window"],
        "persona": persona,
        "model": model,
        "prompt_version": f"{prompt.name}.{prompt.version}.{prompt.sha}",
        "sample": 0,
    }
    identified = {"qa_id": qa_id(shard, row), "domain": window["domain"]}
    return row | {name: window[name] for name in PLACE} | identified


def _told(written: Written, window: Row) -> Row:
    start, end = in_document(written.span, window)
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
