"""The searches for pairs and for documents: text, facets with counts, fifty rows a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.routing import Route

from webscale_rl_dagster.search.queries import (
    DOCUMENT_FACETS,
    PAIR_FACETS,
    DocumentQuery,
    PairQuery,
)
from webscale_rl_dagster.web.questions import MOST_PAGES, ROWS, Question, read
from webscale_rl_dagster.web.render import page
from webscale_rl_dagster.web.site import site_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from webscale_rl_dagster.search.queries import Found


@dataclass(frozen=True, slots=True)
class Choice:
    """A facet's value, and the address that adds it to the search, or takes it away."""

    value: str
    count: int | None
    """None: it is asked for, and not among the most frequent ones."""
    chosen: bool
    address: str


def pairs(request: Request) -> Response:
    """Every pair and candidate, rejected ones too."""
    asked = read("/pairs", request.query_params, PAIR_FACETS)
    index = site_of(request).indexing.index()
    query = PairQuery(asked.text, asked.facets)
    found = index.pairs(query, offset=asked.offset, limit=ROWS) if index else None
    return _page(request, "search_pairs.html", asked, PAIR_FACETS, found)


def documents(request: Request) -> Response:
    """Every document, whatever became of it."""
    asked = read("/documents", request.query_params, DOCUMENT_FACETS)
    index = site_of(request).indexing.index()
    query = DocumentQuery(asked.text, asked.facets)
    found = index.documents(query, offset=asked.offset, limit=ROWS) if index else None
    return _page(request, "search_documents.html", asked, DOCUMENT_FACETS, found)


def _page(
    request: Request, template: str, asked: Question, facets: Sequence[str], found: Found | None
) -> Response:
    total = found.total if found else 0
    return page(
        request,
        template,
        asked=asked,
        there_is_an_index=found is not None,
        total=total,
        rows=found.rows if found else [],
        facets={name: _choices(asked, name, found) for name in facets} if found else {},
        chips=[
            (name, value, asked.toggled(name, value).address)
            for name, values in asked.facets.items()
            for value in values
        ],
        pages=min(-(-total // ROWS), MOST_PAGES),
        first=asked.offset + 1,
    )


def _choices(asked: Question, name: str, found: Found) -> list[Choice]:
    """The most frequent values, and those asked for that are not among them."""
    counts = dict(found.facets.get(name, ()))
    chosen = asked.facets.get(name, ())
    values = [*counts, *(value for value in chosen if value not in counts)]
    return [
        Choice(value, counts.get(value), value in chosen, asked.toggled(name, value).address)
        for value in values
    ]


routes = [Route("/pairs", pairs), Route("/documents", documents)]
