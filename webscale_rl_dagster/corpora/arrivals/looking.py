"""Brings a ledger up to date: with what runs came to, and with what lies at the corpus's address.

New names come first where names sort by time. Then a listing of everything goes on where the last
look ended, and begins anew once it is through, so that a file that appears late under an earlier
name, is overwritten or is deleted is found as well, whatever the names.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from webscale_rl_dagster.corpora.arrivals.ledger import (
    Ledger,
    ListingState,
    read_ledger,
    write_ledger,
)
from webscale_rl_dagster.corpora.arrivals.listing import Listed, Listing, Page, covered_by
from webscale_rl_dagster.corpora.arrivals.outcomes import drop_outcomes, read_outcomes
from webscale_rl_dagster.corpora.arrivals.rows import with_listed, with_outcomes, without_absent
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.storage.objects import Objects

PAGES = 25
"""Of 1,000 files, at most so many a look; S3 answers one in about a tenth of a second."""
_OUTCOMES = 1000
_LOOK_S = 20
"""Dagster ends a sensor's tick after a minute."""
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Look:
    """The ledger after a look."""

    rows: pl.DataFrame
    through: bool
    """Whether the listing of everything came to its end."""


def look(
    objects: Objects, corpus: str, listing: Listing | None, *, names_sort: bool, pages: int = PAGES
) -> Look:
    """Without a listing only the outcomes are taken over. Repeating a look changes nothing.

    Raises:
        StorageError: the corpus cannot be listed, or the ledger not be written.
    """
    for _ in range(_TRIES):
        before = read_ledger(objects, corpus)
        outcomes = read_outcomes(objects, corpus, most=_OUTCOMES)
        rows = with_outcomes(before.rows, outcomes.values())
        state = before.listing
        if listing is not None:
            rows, state = _list(rows, state, listing, names_sort=names_sort, pages=pages)
        if _same(before, rows, state) or write_ledger(objects, before, rows, state):
            drop_outcomes(objects, outcomes)
            return Look(rows, through=state.token is None)
    raise StorageError(f"the arrivals of {corpus} have another writer all the time: try again")


def _list(
    rows: pl.DataFrame, state: ListingState, listing: Listing, *, names_sort: bool, pages: int
) -> tuple[pl.DataFrame, ListingState]:
    if state.uri != listing.uri:
        state = ListingState(number=state.number, uri=listing.uri)
    number = state.number if state.token else state.number + 1
    until = time.monotonic() + _LOOK_S
    found: list[Listed] = []
    mine = rows.filter(covered_by(listing.uri))
    last = mine["uri"].max() if names_sort else None
    if isinstance(last, str):
        follow = functools.partial(listing.after, last)
        for page in _pages(follow, None, pages // 2, until):
            found += page.files
            pages -= 1
    token = state.token
    for page in _pages(listing.page, token, pages, until):
        found += page.files
        token = page.token
    rows = with_listed(rows, found, listing=number)
    if token is None:
        rows = without_absent(rows, listing=number)
    return rows, ListingState(number=number, uri=listing.uri, token=token)


def _pages(
    page_after: Callable[[str | None], Page], token: str | None, most: int, until: float
) -> Iterator[Page]:
    """At least one, so that a listing goes on however slow it is."""
    for number in range(max(1, most)):
        if number and time.monotonic() > until:
            return
        page = page_after(token)
        yield page
        token = page.token
        if token is None:
            return


def _same(before: Ledger, rows: pl.DataFrame, state: ListingState) -> bool:
    """Whether there is nothing to write: a listing within one look need not be told."""
    under_way = before.listing.token is not None or state.token is not None
    return not under_way and before.rows.drop("listing").equals(rows.drop("listing"))
