"""The table of shards, and a shard's page: its funnel, its gates and who made what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.routing import Route

from webscale_rl_dagster.identity import ShardKey
from webscale_rl_dagster.lineage.ledger import StageCounts, count
from webscale_rl_dagster.lineage.records import Made
from webscale_rl_dagster.lineage.state import shard_state
from webscale_rl_dagster.schemas import STAGES
from webscale_rl_dagster.web.questions import page_number, search_of
from webscale_rl_dagster.web.render import page
from webscale_rl_dagster.web.site import Site, site_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

ROWS = 50
GATE_STATES = ("open", "failed", "stale", "unjudged")
_MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class StageOfShard:
    """What a stage did to the shard."""

    stage: str
    counts: StageCounts
    made: Made | None
    """None if nothing was recorded of it, or if the table is another one by now."""

    @property
    def search(self) -> str:
        """The search for what it dropped."""
        return search_of(self.stage)


def index(request: Request) -> Response:
    """As far as they are indexed; with `gate` and `state` those of which that gate is so."""
    number = page_number(request.query_params, _MOST_PAGES)
    gate = _gate(request)
    catalog = site_of(request).indexing.catalog()
    totals = catalog.totals()
    total = totals.gates.get(gate[0], {}).get(gate[1], 0) if gate else totals.shards
    return page(
        request,
        "shards.html",
        shards=catalog.shards((number - 1) * ROWS, ROWS, gate=gate),
        total=total,
        number=number,
        pages=-(-total // ROWS),
        only=gate,
    )


def show(request: Request) -> Response:
    """From the storage itself, not from the index."""
    parts = request.path_params
    try:
        shard = str(ShardKey.parse(f"{parts['corpus']}/{parts['file']}/{parts['number']}"))
    except ValueError as error:
        raise HTTPException(404, f"{error}.") from None
    site = site_of(request)
    if not site.tables.has(STAGES[0], shard):
        raise HTTPException(404, f"There is no shard {shard}.")
    state = shard_state(site.tables, shard, site.digests)
    stages = [
        _stage(site, stage, shard, state.made.get(stage))
        for stage in STAGES
        if site.tables.has(stage, shard)
    ]
    usage = {one.stage: one.made.usage for one in stages if one.made and one.made.usage}
    return page(request, "shard.html", shard=shard, stages=stages, state=state, usage=usage)


def _gate(request: Request) -> tuple[str, str] | None:
    asset, state = (request.query_params.get(name) for name in ("gate", "state"))
    if asset is None and state is None:
        return None
    if asset not in STAGES or state not in GATE_STATES:
        raise HTTPException(400, "A gate is of a stage, and its state one of the gates' states.")
    return asset, state


def _stage(site: Site, stage: str, shard: str, made: Made | None) -> StageOfShard:
    if made and made.sha256 == site.digests.of(stage, shard):
        return StageOfShard(stage, made.counts, made)
    return StageOfShard(
        stage, count(site.tables.open(stage, shard).batches(["kept", "reason"])), None
    )


routes = [Route("/shards", index), Route("/shard/{corpus}/{file}/{number}", show)]
