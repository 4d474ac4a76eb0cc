"""What people said of pairs: adding a mark, and the page of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import RedirectResponse
from starlette.routing import Route

from webscale_rl_dagster.audit.nearest import Unknown
from webscale_rl_dagster.audit.pairs import find_pair
from webscale_rl_dagster.audit.released import Releases
from webscale_rl_dagster.errors import MarkError
from webscale_rl_dagster.lineage.marks import add_mark, newest_marks
from webscale_rl_dagster.web.links import pair_path
from webscale_rl_dagster.web.pairs import NAME_COOKIE, pair_page
from webscale_rl_dagster.web.render import page
from webscale_rl_dagster.web.site import site_of
from webscale_rl_dagster.web.unknown import unknown_page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

ON_A_PAGE = 50
_VERDICTS = {"good": True, "bad": False}
_A_YEAR_S = 365 * 24 * 3600
_CHOOSE = "Choose good or bad."


def show(request: Request) -> Response:
    """Newest first. A page that is no number is the first, one past the end is empty."""
    site = site_of(request)
    asked = request.query_params.get("page", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 10 else 1
    total, some = newest_marks(
        site.objects, offset=(max(1, number) - 1) * ON_A_PAGE, limit=ON_A_PAGE
    )
    return page(
        request,
        "marks.html",
        marks=some,
        total=total,
        number=max(1, number),
        pages=-(-total // ON_A_PAGE),
        counted=site.agreed.last() if total else None,
    )


def add(request: Request) -> Response:
    """Store what the form sent, and lead back to the pair; `guard` has checked who sent it."""
    site, form, qa_id = site_of(request), request.state.form, request.path_params["qa_id"]
    pair = find_pair(site.tables, Releases(site.objects), qa_id)
    if isinstance(pair, Unknown):
        return unknown_page(request, pair)
    sent = {name: form.get(name, "") for name in ("verdict", "note", "by")}
    note, by = sent["note"].replace("\r\n", "\n"), sent["by"]
    if sent["verdict"] not in _VERDICTS:
        return pair_page(request, qa_id, 422, mark=sent | {"wrong": _CHOOSE})
    try:
        mark = add_mark(site.objects, qa_id, good=_VERDICTS[sent["verdict"]], note=note, by=by)
    except MarkError as error:
        return pair_page(request, qa_id, 422, mark=sent | {"wrong": str(error)})
    answer = RedirectResponse(f"{pair_path(qa_id)}#marks", 303)
    answer.set_cookie(
        NAME_COOKIE,
        quote(mark.by, safe=""),
        max_age=_A_YEAR_S,
        path="/pair",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


routes = [Route("/marks", show), Route("/pair/{qa_id}/mark", add, methods=["POST"])]
"""Handlers are plain functions: they run in threads."""
