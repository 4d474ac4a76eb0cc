"""A document's page: what became of it, stage by stage, to its pairs and their releases."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from webscale_rl_dagster.audit.fate import fates
from webscale_rl_dagster.audit.released import Releases
from webscale_rl_dagster.audit.sources import Meant
from webscale_rl_dagster.audit.where import among
from webscale_rl_dagster.corpora.removed import REMOVED
from webscale_rl_dagster.lineage.state import shard_state
from webscale_rl_dagster.web.fate_view import RowsMeant, candidates, rows_meant, told_row, windows
from webscale_rl_dagster.web.highlight import passages
from webscale_rl_dagster.web.locating import (
    indexed_shards,
    is_document_id,
    shards_of_document,
    unknown_document,
)
from webscale_rl_dagster.web.render import page
from webscale_rl_dagster.web.site import site_of
from webscale_rl_dagster.web.unknown import unknown_page
from webscale_rl_dagster.web.words import OUTCOMES, in_words

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from webscale_rl_dagster.web.site import Site

MOST = 200
"""Repeats, windows and candidates of each that are shown; `fate --json` has all."""


def show(request: Request) -> Response:
    """By the whole id. Of repeats the kept one is told at length."""
    site, asked = site_of(request), request.path_params["document_id"].lower()
    rows = _rows(site, asked)
    if rows is None:
        return unknown_page(request, unknown_document(site, asked))
    fate = _fate(site, _meant(asked, (rows.told["shard"],)), kept=rows.told["kept"])
    row = told_row(site.tables, fate)
    some = windows(fate)
    return page(
        request,
        "document.html",
        fate=fate,
        row=row,
        outcome=OUTCOMES.get(_outcome(fate), _outcome(fate)),
        good=fate["outcome"] == "published",
        dropped=fate["stages"].get(fate["outcome_stage"]),
        windows=some[:MOST],
        candidates=candidates(site.tables, fate, most=MOST),
        repeats=rows.repeats,
        left_out={
            "windows": max(0, len(some) - MOST),
            "candidates": max(0, len(fate["qa_ids"]) - MOST),
            "repeats": rows.left_out,
        },
        text=[] if fate["removed"] else passages(row["text"] or "", {}),
        in_words=in_words,
    )


def _rows(site: Site, asked: str) -> RowsMeant | None:
    """The storage is listed only where the index knows of no kept row."""
    if not is_document_id(asked):
        return None
    rows = rows_meant(site.tables, _meant(asked, indexed_shards(site, asked)), most=MOST)
    if rows is not None and rows.told["kept"]:
        return rows
    return rows_meant(site.tables, _meant(asked, shards_of_document(site, asked)), most=MOST)


def _meant(document_id: str, shards: tuple[str, ...]) -> Meant:
    return Meant("document_id", among("document_id", [document_id]), shards)


def _fate(site: Site, meant: Meant, *, kept: bool) -> dict[str, Any]:
    """Of the first such row; those after it are not looked at."""
    state = partial(shard_state, site.tables, digests=site.digests)
    found = fates(site.tables, Releases(site.objects), meant, state)
    return next(one for one in found if _raw(one)["kept"] == kept)


def _raw(fate: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = fate["stages"]["raw_documents"]
    return row


def _outcome(fate: dict[str, Any]) -> str:
    removed = _raw(fate)["reason"] == REMOVED
    return REMOVED if removed else str(fate["outcome"])


routes = [Route("/document/{document_id}", show)]
