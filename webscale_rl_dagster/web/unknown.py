"""The page of an id that is not there: those that it may have meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webscale_rl_dagster.audit.nearest import Unknown
from webscale_rl_dagster.identity import ShardKey, shard_of
from webscale_rl_dagster.web.links import document_path, pair_path, shard_path
from webscale_rl_dagster.web.render import page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def unknown_page(request: Request, unknown: Unknown) -> Response:
    """Status 404, with the nearest pairs, shards or documents as links."""
    links = [(name, _path(name)) for name in unknown.nearest]
    return page(request, "unknown.html", 404, message=unknown.message, nearest=links)


def _path(name: str) -> str:
    try:
        shard_of(name)
    except ValueError:
        pass
    else:
        return pair_path(name)
    try:
        return shard_path(str(ShardKey.parse(name.replace(".", "/"))))
    except ValueError:
        return document_path(name)
