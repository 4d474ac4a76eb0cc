"""From the token to a session: by the link that the server prints, or by the form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.routing import Route

from webscale_rl_dagster.web.access import SESSION_SECONDS
from webscale_rl_dagster.web.render import page
from webscale_rl_dagster.web.site import site_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

SIGN_IN = "/sign-in"
_OURS = re.compile(r"/|/[!-.0-\[\]-~][!-~]*")
"""Addresses below our own root: no host, which `//` and `/\\` would begin, and no white space."""
_LED_HERE = ("navigate", "document")
"""Mode and destination of a link that was followed, the printed one in a mail among them."""


def identify(request: Request) -> bool:
    """Whether the request shows the token, or a session that stands for it.

    Leaves `session` (None if there is none) and `bearer` in the request's state.
    """
    site, state = site_of(request), request.state
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    state.session = site.access.session(request.cookies.get(site.cookie, ""))
    state.bearer = scheme.lower() == "bearer" and site.access.is_token(token.strip())
    if scheme.lower() == "bearer" and not state.bearer and state.session is None:
        _count_wrong(request)
    return state.bearer or state.session is not None


def sign_in_page(request: Request, status: int = 200, *, wrong: bool = False) -> Response:
    """The form; once signed in, it leads to where the request wanted to go."""
    answer = page(request, "sign_in.html", status, wrong=wrong, wanted=_wanted(request))
    if status == 401:
        answer.headers["www-authenticate"] = "Bearer"
    return answer


def show(request: Request) -> Response:
    """With the token in its query, as in the printed link, it signs in; the token goes with it."""
    token = request.query_params.get("token")
    if token is None:
        return sign_in_page(request)
    if not _is_token(request, token):
        return sign_in_page(request, 403, wrong=True)
    return _signed_in(request, "/")


def sign_in(request: Request) -> Response:
    """By the form; leads back to the page that asked for it, if that is one of ours."""
    form = request.state.form
    if not _is_token(request, form.get("token", "").strip()):
        return sign_in_page(request, 403, wrong=True)
    return _signed_in(request, form.get("wanted", "/"))


def sign_out(request: Request) -> Response:
    """Of this browser; a copy of its cookie elsewhere would hold until it expires."""
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(site_of(request).cookie, httponly=True, samesite="strict")
    return answer


def _wanted(request: Request) -> str:
    """The page that was asked for, or that a link or form to sign in by names as `wanted`."""
    path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
    if path == SIGN_IN:
        named = getattr(request.state, "form", request.query_params)
        return str(named.get("wanted", "/"))
    return f"{quote(path)}?{query}" if query else quote(path)


def _signed_in(request: Request, wanted: str) -> Response:
    site = site_of(request)
    answer = RedirectResponse(wanted if _OURS.fullmatch(wanted) else "/", 303)
    answer.headers["referrer-policy"] = "no-referrer"
    answer.set_cookie(
        site.cookie,
        site.access.new_session(),
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


def _is_token(request: Request, given: str) -> bool:
    """The right one is taken however many wrong ones came before it: others may have sent those.

    Raises HTTPException 429 for a wrong one of an address that has sent too many.
    """
    if _is_embedded(request):
        return False
    if site_of(request).access.is_token(given):
        return True
    _count_wrong(request)
    return False


def _count_wrong(request: Request) -> None:
    throttle = request.app.state.throttle
    address = request.client.host if request.client else ""
    if throttle.blocks(address):
        raise HTTPException(429, "Too many wrong tokens. Try again in a minute.")
    throttle.failed(address)


def _is_embedded(request: Request) -> bool:
    """Whether a page of another site made the browser send it, and not by leading it here."""
    headers = request.headers
    led_here = (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")) == _LED_HERE
    return headers.get("sec-fetch-site") in ("cross-site", "same-site") and not led_here


routes = [
    Route(SIGN_IN, show),
    Route(SIGN_IN, sign_in, methods=["POST"]),
    Route("/sign-out", sign_out, methods=["POST"]),
]
