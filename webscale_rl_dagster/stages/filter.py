"""Which documents a question can be drawn from: certain rules first, then the model's verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from webscale_rl_dagster.config import FilterConfig
from webscale_rl_dagster.inference.dispatch import Dispatcher
from webscale_rl_dagster.inference.protocol import CompletionRequest, Sampling
from webscale_rl_dagster.inference.structured import ask_object
from webscale_rl_dagster.prompts import schemas as outputs
from webscale_rl_dagster.prompts.library import load_template
from webscale_rl_dagster.schemas import frame_of
from webscale_rl_dagster.stages import heuristics
from webscale_rl_dagster.stages.outcome import KEPT, dropped, unanswered

Row = dict[str, Any]


async def filter_documents(
    documents: pl.DataFrame, dispatcher: Dispatcher, settings: FilterConfig
) -> pl.DataFrame:
    """One `filtered_documents` row per document."""

    async def judge(document: Row) -> Row:
        return await _judge(document, dispatcher, settings)

    rows = [row async for row in dispatcher.in_order(judge, documents.iter_rows(named=True))]
    return frame_of("filtered_documents", rows)


async def _judge(document: Row, dispatcher: Dispatcher, settings: FilterConfig) -> Row:
    text = heuristics.Document(document["text"])
    row: Row = {
        "document_id": document["document_id"],
        "tokens": text.tokens,
        "language": heuristics.language_of(text.text),
        "model_reason": None,
    }
    defect = heuristics.first_defect(text, settings)
    if defect is not None:
        return row | dropped(defect)
    verdict = await ask_object(dispatcher.complete, _request(document))
    if not isinstance(verdict, dict):
        return row | unanswered(verdict)
    row["model_reason"] = verdict["reason"]
    return row | (KEPT if verdict["qualified"] else dropped("not_qualified"))


def _request(document: Mapping[str, Any]) -> CompletionRequest:
    template = load_template("filter")
    return CompletionRequest(
        messages=template.render(document=document["text"], title=document["title"] or ""),
        sampling=Sampling(max_tokens=120),
        template=template.ref,
        role="filter",
        document_id=document["document_id"],
        schema=outputs.filter_schema(),
    )
