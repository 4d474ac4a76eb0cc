"""All pages as one application.

Handlers are plain functions, which run in threads, and read only: what a POST sent has been checked
and read by `guard` before a handler is called.
"""

from __future__ import annotations

import logging
from importlib import resources
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route

from webscale_rl_dagster.errors import WebscaleError
from webscale_rl_dagster.web import (
    documents,
    marks,
    overview,
    pairs,
    releases,
    searches,
    shards,
    sign_in,
)
from webscale_rl_dagster.web.guard import Guard
from webscale_rl_dagster.web.headers import Hardened, harden
from webscale_rl_dagster.web.render import error_page
from webscale_rl_dagster.web.throttle import Throttle

if TYPE_CHECKING:
    from starlette.requests import Request

    from webscale_rl_dagster.web.site import Site

_log = logging.getLogger(__name__)
_ROOMS = (overview, searches, shards, releases, pairs, documents, marks, sign_in)


def create_app(site: Site) -> Starlette:
    """The application that uvicorn or a test serves."""
    app = Starlette(
        routes=[Route("/style.css", _style), *(route for room in _ROOMS for route in room.routes)],
        middleware=[Middleware(Hardened), Middleware(Guard)],
        exception_handlers={
            HTTPException: _refused,
            WebscaleError: _unreadable,
            Exception: _broken,
        },
    )
    app.state.site = site
    app.state.throttle = Throttle()
    return app


def _style(request: Request) -> Response:
    text = resources.files(__package__).joinpath("style.css").read_text(encoding="utf-8")
    return Response(text, media_type="text/css")


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    answer = error_page(request, error.status_code, error.detail)
    answer.headers.update(error.headers or {})
    return answer


def _unreadable(request: Request, error: Exception) -> Response:
    """Its message names paths and servers, which are the log's to keep."""
    _log.error("%r: %s", request.scope["path"], error)
    return error_page(request, 503, "The storage cannot be read. The server's log says why.")


def _broken(request: Request, error: Exception) -> Response:
    """Answered outside of all middleware, so that it adds the headers itself."""
    _log.error("%r", request.scope["path"], exc_info=error)
    answer = error_page(request, 500, "This is a mistake of ours. The server's log has it.")
    harden(MutableHeaders(raw=answer.raw_headers))
    return answer
