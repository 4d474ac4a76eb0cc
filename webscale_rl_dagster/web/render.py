"""Templates to pages. What is not ours is escaped by jinja2 and made visible by `shown`."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse

from webscale_rl_dagster.web import filters
from webscale_rl_dagster.web.links import dagster_partition, dagster_run
from webscale_rl_dagster.web.site import site_of

if TYPE_CHECKING:
    from jinja2 import Environment
    from starlette.requests import Request


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a template that extends `base.html`.

    Besides `values` it is given `path`, `signed_in`, `form_token` (empty if not signed in; every
    form that changes something sends it as the field `form_token`), `index_state`, and
    `dagster_run(run_id)` and `dagster_partition(asset, key)`, links into Dagster's UI.
    """
    site = site_of(request)
    session = getattr(request.state, "session", None)
    known = session is not None or getattr(request.state, "bearer", False)
    content = (
        _environment()
        .get_template(template)
        .render(
            path=request.scope["path"],
            dagster_url=site.dagster_url,
            dagster_run=lambda run: dagster_run(site.dagster_url, run),
            dagster_partition=lambda asset, key: dagster_partition(site.dagster_url, asset, key),
            index_state=site.indexing.state,
            reading_needs_token=site.access.reading_needs_it,
            may_read=not site.access.reading_needs_it or known,
            signed_in=session is not None,
            form_token=site.access.form_token(session) if session else "",
            **values,
        )
    )
    return HTMLResponse(content, status_code=status)


def error_page(request: Request, status: int, detail: str = "") -> HTMLResponse:
    """What a wrong address or a broken storage is answered with; says nothing of the inside."""
    return page(
        request, "error.html", status, code=status, title=HTTPStatus(status).phrase, detail=detail
    )


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("webscale_rl_dagster.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= filters.FILTERS
    return environment
