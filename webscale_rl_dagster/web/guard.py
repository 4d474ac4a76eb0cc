"""What stands before every page: host, size, who is asking, and whether a change is their own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request

from webscale_rl_dagster.web.render import error_page
from webscale_rl_dagster.web.sign_in import SIGN_IN, identify, sign_in_page
from webscale_rl_dagster.web.site import site_of

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

MOST_ADDRESS = 4_000
"""Characters of path and query."""
MOST_BODY = 64 * 1024
_MOST_FIELDS = 20
_FORM = "application/x-www-form-urlencoded"
_SEEN_BY_ALL = frozenset({SIGN_IN, "/style.css"})


class Guard:
    """ASGI middleware. Behind it, every POST is by someone with the token, from our own page.

    A handler finds what was sent in `request.state.form`, a dict of texts; the body is read.
    Paths are the scope's: `request.url` is put together with `Host`, which anyone may forge.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            answer = await _refusal(request)
        except HTTPException as error:
            answer = error_page(request, error.status_code, error.detail)
        await (answer or self._app)(scope, receive, send)


async def _refusal(request: Request) -> Response | None:
    """None if the request may go on."""
    if not site_of(request).hosts.serves(request.headers.get("host", "")):
        raise HTTPException(421, "This server does not go by that name.")
    if len(request.scope["path"]) + len(request.scope["query_string"]) > MOST_ADDRESS:
        raise HTTPException(414, f"An address may have {MOST_ADDRESS:,} characters.")
    if request.method not in ("GET", "HEAD", "POST"):
        raise HTTPException(405)
    known = identify(request)
    seen_by_all = request.scope["path"] in _SEEN_BY_ALL
    if site_of(request).access.reading_needs_it and not known and not seen_by_all:
        return sign_in_page(request, 401)
    if request.method == "POST":
        await _require_own_change(request, known=known)
    return None


async def _require_own_change(request: Request, *, known: bool) -> None:
    if not same_site(request):
        raise HTTPException(403, "This was not sent from a page of this server.")
    request.state.form = form = await _form(request)
    if request.scope["path"] == SIGN_IN:
        return
    if not known:
        raise HTTPException(403, "Sign in first: the server printed a link when it started.")
    session = request.state.session
    given = form.get("form_token", "")
    if session and not site_of(request).access.is_form_token(given, session):
        raise HTTPException(403, "The form is of another session. Open its page again.")


def same_site(request: Request) -> bool:
    """Whether one of our own pages sent it, or a script with the token, which is no browser."""
    headers = request.headers
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    source = headers.get("origin", headers.get("referer"))
    if source is None:
        return bool(request.state.bearer)
    try:
        return urlsplit(source).netloc.lower() == headers["host"].lower()
    except ValueError:
        return False


async def _form(request: Request) -> dict[str, str]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise HTTPException(415, f"A form is sent as {_FORM}.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BODY:
            raise HTTPException(413, f"A form may have {MOST_BODY:,} bytes.")
    try:
        fields = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise HTTPException(400, "The form cannot be read.") from None
    return dict(fields)
