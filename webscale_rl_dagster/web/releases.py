"""The list of releases, a release's page, and the files that describe it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from webscale_rl_dagster.errors import ReleaseError
from webscale_rl_dagster.releases.gate import verdict_on
from webscale_rl_dagster.releases.layout import (
    CARD,
    CHANGES,
    CROISSANT,
    DROPPED,
    LICENCES,
    MANIFEST,
    PAGE,
    REMOVED,
    VERDICT,
    key_of,
)
from webscale_rl_dagster.releases.reading import Release, open_release
from webscale_rl_dagster.storage.tables import Row, StoredTable
from webscale_rl_dagster.web.render import page
from webscale_rl_dagster.web.site import site_of

if TYPE_CHECKING:
    from starlette.requests import Request

_MOST_LISTED = 200
"""Shards and removals on a release's page."""
_TEXTS = (CARD, LICENCES, CROISSANT, MANIFEST, VERDICT)
_TABLES = (DROPPED, CHANGES, REMOVED)
_PIECE = 1024 * 1024
_CARD_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; sandbox"
)
"""The card has its style inside. `sandbox` gives it an origin of its own, without script or forms,
so that even a card that someone replaced reads nothing of this server."""


def index(request: Request) -> Response:
    """As far as they are indexed, the newest first."""
    return page(request, "releases.html", releases=site_of(request).indexing.catalog().releases())


def show(request: Request) -> Response:
    """From the release itself, not from the index."""
    release = _opened(request)
    manifest = release.manifest
    there = release.paths()
    return page(
        request,
        "release.html",
        name=release.name,
        verdict=verdict_on(release),
        splits=release.manifest["splits"],
        manifest={name: manifest.get(name) for name in _HEADLINE},
        tables={name: _counts(manifest.get(name)) for name in _COUNTED},
        models={role: _counts(some) for role, some in (manifest.get("models") or {}).items()},
        mix={name: _counts(counts) for name, counts in (manifest.get("mix") or {}).items()},
        funnel=manifest.get("funnel") or {},
        shards=list(manifest.get("shards") or ())[:_MOST_LISTED],
        shards_in_all=len(manifest.get("shards") or ()),
        left_out=list(manifest.get("left_out") or ())[:_MOST_LISTED],
        left_out_in_all=len(manifest.get("left_out") or ()),
        removed=manifest.get("removed") or {"documents": 0, "removals": []},
        removed_documents=_removed(release),
        card=PAGE in there,
        files=[name for name in (*_TEXTS, *_TABLES) if name in there],
    )


_HEADLINE = ("created", "pairs", "documents", "code_version", "content_sha256", "previous")
_COUNTED = ("dropped", "licences", "corpora")


def card(request: Request) -> Response:
    """As it lies in the release."""
    release = _opened(request)
    return Response(
        _file(release, PAGE),
        media_type="text/html",
        headers={"content-security-policy": _CARD_POLICY},
    )


def file(request: Request) -> Response:
    """One that describes the release, as plain text or to be saved; the card links to some."""
    name = request.path_params["file"]
    if name in _TEXTS:
        return Response(_file(_opened(request), name), media_type="text/plain")
    if name in _TABLES:
        return _saved(_opened(request), name)
    raise HTTPException(404)


def _saved(release: Release, name: str) -> Response:
    key = key_of(release.name, name)
    if not release.objects.exists(key):
        raise HTTPException(404, f"Release {release.name} has no {name}.")

    def pieces() -> Iterator[bytes]:
        with release.objects.open(key) as stored:
            while piece := stored.read(_PIECE):
                yield piece

    return StreamingResponse(
        pieces(),
        media_type="application/octet-stream",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def _opened(request: Request) -> Release:
    try:
        return open_release(site_of(request).objects, request.path_params["name"])
    except ReleaseError as error:
        raise HTTPException(404, str(error)) from None


def _file(release: Release, name: str) -> bytes:
    key = key_of(release.name, name)
    if not release.objects.exists(key):
        raise HTTPException(404, f"Release {release.name} has no {name}.")
    return release.objects.get(key)


def _removed(release: Release) -> list[Row]:
    """The first of the documents that were removed from its shards."""
    key = key_of(release.name, REMOVED)
    if not release.objects.exists(key):
        return []
    uri, file = release.objects.uri(key), release.objects.open(key)
    rows = StoredTable("release_removed", uri, file).batches(rows=_MOST_LISTED)
    return [row for batch in islice(rows, 1) for row in batch.to_dicts()]


def _counts(value: Any) -> list[tuple[str, Any]]:
    """Largest first; nothing of what does not count."""
    if not isinstance(value, dict):
        return []
    counted = [(str(name), count) for name, count in value.items() if isinstance(count, int)]
    return sorted(counted, key=lambda item: -item[1])


routes = [
    Route("/releases", index),
    Route("/release/{name}", show),
    Route("/release/{name}/card", card),
    Route("/release/{name}/{file}", file),
]
