"""A pair's page: its verdict, the chain behind it, its document, every model call, and marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from starlette.routing import Route

from webscale_rl_dagster.audit.nearest import Unknown
from webscale_rl_dagster.audit.pairs import find_pair
from webscale_rl_dagster.audit.provenance import provenance
from webscale_rl_dagster.audit.released import Releases
from webscale_rl_dagster.lineage.marks import LONGEST_NAME, LONGEST_NOTE, marks_of
from webscale_rl_dagster.lineage.state import shard_state
from webscale_rl_dagster.web.chain import chain
from webscale_rl_dagster.web.highlight import Passage, clipped, passages
from webscale_rl_dagster.web.render import page
from webscale_rl_dagster.web.site import site_of
from webscale_rl_dagster.web.standing import standing, verdicts
from webscale_rl_dagster.web.unknown import unknown_page
from webscale_rl_dagster.web.words import in_words

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

MOST_CALLS = 100
"""Of a pair, on its page; `trace --json` has all."""
NAME_COOKIE = "webscale_audit_name"
"""Percent-encoded: who marked last in this browser."""


def show(request: Request) -> Response:
    """By the id alone."""
    return pair_page(request, request.path_params["qa_id"])


def pair_page(
    request: Request, qa_id: str, status: int = 200, *, mark: dict[str, str] | None = None
) -> Response:
    """The page; or one that names the nearest ids.

    Args:
        request: Answered by it.
        qa_id: Of a published pair or a rejected candidate.
        status: 422 if a mark was refused.
        mark: What was sent, and why it was refused: `verdict`, `note`, `by`, `wrong`.
    """
    site = site_of(request)
    releases = Releases(site.objects)
    pair = find_pair(site.tables, releases, qa_id)
    if isinstance(pair, Unknown):
        return unknown_page(request, pair)
    state = shard_state(site.tables, pair.shard, site.digests)
    found = provenance(site.tables, releases, pair, state)
    return page(
        request,
        "pair.html",
        status,
        found=found,
        standing=standing(found),
        verdicts=verdicts(found),
        chain=chain(found),
        text=_passages(found["document"]),
        calls=found["calls"][:MOST_CALLS],
        calls_left_out=max(0, len(found["calls"]) - MOST_CALLS),
        marks=marks_of(site.objects, qa_id),
        mark=mark or {"verdict": "", "note": "", "by": _name(request), "wrong": ""},
        longest_note=LONGEST_NOTE,
        longest_name=LONGEST_NAME,
        clipped=clipped,
        in_words=in_words,
    )


def _passages(document: dict[str, Any]) -> list[Passage]:
    spans = {"evidence": document["evidence"], "answer": document["answer_span"]}
    return passages(document["text"] or "", spans)


def _name(request: Request) -> str:
    return unquote(request.cookies.get(NAME_COOKIE, ""))[:LONGEST_NAME]


routes = [Route("/pair/{qa_id}", show)]
