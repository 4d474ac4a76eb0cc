"""Which documents a question can be drawn from: certain rules first, then the model's verdict.

A document that is longer than the models' windows is judged window by window.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator

from webscale_rl_dagster.config import FilterConfig
from webscale_rl_dagster.decontamination.decontaminator import Decontaminator
from webscale_rl_dagster.decontamination.scanning import Hit
from webscale_rl_dagster.inference.dispatch import Dispatcher
from webscale_rl_dagster.inference.protocol import CompletionRequest, Sampling
from webscale_rl_dagster.inference.structured import ask_object
from webscale_rl_dagster.prompts import schemas as outputs
from webscale_rl_dagster.prompts.library import load_template
from webscale_rl_dagster.stages import heuristics
from webscale_rl_dagster.stages.contamination import best_by_window
from webscale_rl_dagster.stages.documents import PLACE
from webscale_rl_dagster.stages.outcome import KEPT, dropped, unanswered
from webscale_rl_dagster.stages.windows import Windower
from webscale_rl_dagster.storage.tables import Row

_Found = tuple[Row, tuple[Hit, ...]]
"""A document, and what of benchmarks is in it, the best first."""


def filter_documents(
    documents: Iterable[Row],
    dispatcher: Dispatcher,
    settings: FilterConfig,
    windower: Windower,
    decontaminator: Decontaminator | None,
) -> AsyncIterator[Row]:
    """One `filtered_documents` row per window of each document, in their order.

    `documents` have the columns `stages.documents.TEXT`. They are searched whole; a window goes on
    if nothing that was found lies in it.
    """

    async def judge(window: Row) -> Row:
        return await _judge(window, dispatcher, settings)

    return dispatcher.in_order(judge, _windows(_searched(documents, decontaminator), windower))


def _searched(documents: Iterable[Row], decontaminator: Decontaminator | None) -> Iterator[_Found]:
    if decontaminator is None:
        return ((document, ()) for document in documents)
    return decontaminator.marked(documents, lambda document: [("document", document["text"])])


def _windows(documents: Iterable[_Found], windower: Windower) -> Iterator[Row]:
    for document, hits in documents:
        text: str = document["text"]
        windows = windower.cut(text)
        best = best_by_window(windows, hits)
        for window in windows:
            yield {
                "document_id": document["document_id"],
                "window": window.number,
                "window_start": window.start,
                "window_end": window.end,
                "text": text[window.start : window.end],
                "title": document["title"] or "",
                "hit": best.get(window.number),
            }


async def _judge(window: Row, dispatcher: Dispatcher, settings: FilterConfig) -> Row:
    text = heuristics.Document(window["text"])
    row: Row = {name: window[name] for name in PLACE} | {
        "tokens": text.tokens,
        "language": text.language,
        "contamination": None if window["hit"] is None else window["hit"].evidence(),
        "model_reason": None,
    }
    defect = heuristics.first_defect(text, settings)
    if defect is not None:
        return row | dropped(defect)
    if window["hit"] is not None:
        return row | dropped("contaminated")
    verdict = await ask_object(dispatcher.complete, _request(window))
    if not isinstance(verdict, dict):
        return row | unanswered(verdict)
    row["model_reason"] = verdict["reason"]
    return row | (KEPT if verdict["qualified"] else dropped("not_qualified"))


def _request(window: Row) -> CompletionRequest:
    template = load_template("filter")
    return CompletionRequest(
        messages=template.render(document=window["text"], title=window["title"]),
        sampling=Sampling(max_tokens=120),
        template=template.ref,
        role="filter",
        document_id=window["document_id"],
        schema=outputs.filter_schema(),
    )
