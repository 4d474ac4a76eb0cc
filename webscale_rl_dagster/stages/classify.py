"""A window's domain, one of the paper's ten, and the personas who might ask about it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from webscale_rl_dagster.inference.dispatch import Dispatcher
from webscale_rl_dagster.inference.protocol import CompletionRequest, Sampling
from webscale_rl_dagster.inference.structured import ask_object
from webscale_rl_dagster.prompts import schemas as outputs
from webscale_rl_dagster.prompts.demonstrations import readers
from webscale_rl_dagster.prompts.library import load_template
from webscale_rl_dagster.stages.documents import PLACE, with_windows
from webscale_rl_dagster.stages.outcome import KEPT, dropped, unanswered
from webscale_rl_dagster.stages.shortlist import likely_domains
from webscale_rl_dagster.storage.tables import Row


def classify_documents(
    filtered: Iterable[Row],
    documents: Iterable[Row],
    dispatcher: Dispatcher,
    *,
    personas: int,
    shortlist: int,
) -> AsyncIterator[Row]:
    """One `classified_documents` row per kept window; at most `personas` personas each.

    The model chooses among the `shortlist` domains that the window's words make likeliest. With
    one it has no choice, and its personas are then the ones that the library has for that domain.
    """

    async def judge(window: Row) -> Row:
        return await _judge(window, dispatcher, personas, shortlist)

    return dispatcher.in_order(judge, with_windows(filtered, documents, table="filtered_documents"))


async def _judge(window: Row, dispatcher: Dispatcher, personas: int, shortlist: int) -> Row:
    row: Row = {name: window[name] for name in PLACE} | {
        "domain": None,
        "domain_by": "model" if shortlist > 1 else "lexicon",
        "personas": [],
        "model_reason": None,
    }
    verdict = await ask_object(dispatcher.complete, _request(window, personas, shortlist))
    if not isinstance(verdict, dict):
        return row | unanswered(verdict)
    row |= {
        "domain": verdict["domain"],
        "personas": _distinct(verdict["personas"])[:personas],
        "model_reason": verdict["reason"],
    }
    if verdict["domain"] not in outputs.DOMAINS:
        return row | dropped("unknown_domain")
    return row | (KEPT if row["personas"] else dropped("no_persona"))


def _distinct(personas: list[str]) -> list[str]:
    """Personas as the model gave them, without repeats; a comma does not part a persona."""
    seen: dict[str, str] = {}
    for persona in personas:
        name = " ".join(persona.split()).strip(" .")
        if name:
            seen.setdefault(name.casefold(), name)
    return list(seen.values())


def _request(window: Row, personas: int, shortlist: int) -> CompletionRequest:
    template = load_template("classify")
    title = window["title"]
    domains = likely_domains(window["text"], title=title, limit=shortlist)
    offered = (
        readers(domains[0], seed=window["document_id"], groups=personas) if shortlist == 1 else ()
    )
    return CompletionRequest(
        messages=template.render(document=window["text"], title=title, personas=str(personas)),
        sampling=Sampling(max_tokens=200),
        template=template.ref,
        role="classifier",
        document_id=window["document_id"],
        schema=outputs.classifier_schema(personas=personas, domains=domains, readers=offered),
    )
