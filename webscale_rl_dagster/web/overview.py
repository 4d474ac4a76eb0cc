"""The first page: what there is, what became of it, what holds some of it back, what it cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.routing import Route

from webscale_rl_dagster.web.questions import search_of
from webscale_rl_dagster.web.render import page
from webscale_rl_dagster.web.site import site_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from webscale_rl_dagster.search.catalog import Catalog
    from webscale_rl_dagster.search.summaries import Totals

SHUT = ("failed", "stale")
"""States of a gate that does not let pass what it judged."""
_SHUT_SHARDS = 5
"""Named for each gate; the table of shards has all."""


@dataclass(frozen=True, slots=True)
class ShutGate:
    """A shard that a gate holds back."""

    asset: str
    state: str
    shard: str
    why: str


def show(request: Request) -> Response:
    """As far as the index is; nothing is read from the storage."""
    catalog = site_of(request).indexing.catalog()
    totals = catalog.totals()
    return page(
        request,
        "overview.html",
        totals=totals,
        releases=catalog.releases(),
        shut=list(_shut(catalog, totals)),
        most_shut=_SHUT_SHARDS,
        search_of=search_of,
    )


def _shut(catalog: Catalog, totals: Totals) -> Iterator[ShutGate]:
    for asset, states in totals.gates.items():
        for state in SHUT:
            if not states.get(state):
                continue
            for shard in catalog.shards(0, _SHUT_SHARDS, gate=(asset, state)):
                yield ShutGate(asset, state, shard.shard, shard.gates[asset]["why"])


routes = [Route("/", show)]
