"""The ledger of a corpus on storage: numbered snapshots, each written once and by one writer.

`arrivals/<corpus>/ledger/<number>.parquet` is made with a conditional put, so of two writers that
started from the same snapshot one wins and the other begins anew. The newest two are kept.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
from pydantic import BaseModel, ConfigDict

from webscale_rl_dagster.corpora.arrivals.rows import SCHEMA
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.storage.objects import Objects

_KEPT = 2
_TRIES = 10
_STATE = "webscale_rl.listing"
_SNAPSHOT = re.compile(r".*/(\d{9})\.parquet")


class ListingState(BaseModel):
    """How far the corpus is listed; kept in the snapshot's own metadata."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    number: int = 0
    """Of the listing under way, or of the last."""
    uri: str = ""
    """What is listed: the token of another address is of no use."""
    token: str | None = None
    """Where the listing under way goes on; None: none is."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """One snapshot."""

    corpus: str
    snapshot: int
    """0: there is none yet."""
    rows: pl.DataFrame
    listing: ListingState


def read_ledger(objects: Objects, corpus: str) -> Ledger:
    """The newest snapshot. StorageError if it is none of ours."""
    for _ in range(_TRIES):
        numbers = _numbers(objects, corpus)
        if not numbers:
            return Ledger(corpus, 0, pl.DataFrame(schema=SCHEMA), ListingState())
        data = objects.get_if_there(_key(corpus, numbers[-1]))
        if data is not None:  # else two newer ones were written meanwhile
            return _parse(corpus, numbers[-1], data)
    raise StorageError(f"{objects.uri(_folder(corpus))} changes faster than it can be read")


def write_ledger(
    objects: Objects, before: Ledger, rows: pl.DataFrame, listing: ListingState
) -> bool:
    """Whether this follows `before`; False if another writer came first, and nothing is written."""
    number = before.snapshot + 1
    buffer = io.BytesIO()
    rows.write_parquet(buffer, metadata={_STATE: listing.model_dump_json()})
    if not objects.put_new(_key(before.corpus, number), buffer.getvalue()):
        return False
    numbers = _numbers(objects, before.corpus)
    if numbers[-1] != number:  # written after others, in the place of one that was dropped
        return False
    objects.delete(_key(before.corpus, old) for old in numbers[:-_KEPT])
    return True


def change_ledger(
    objects: Objects, corpus: str, change: Callable[[pl.DataFrame], pl.DataFrame]
) -> pl.DataFrame:
    """Apply a change of rows, again on the newest snapshot whenever another writer came first.

    The rows as they were written.
    """
    for _ in range(_TRIES):
        ledger = read_ledger(objects, corpus)
        rows = change(ledger.rows)
        if write_ledger(objects, ledger, rows, ledger.listing):
            return rows
    raise StorageError(f"{objects.uri(_folder(corpus))} has another writer all the time: try again")


def _parse(corpus: str, number: int, data: bytes) -> Ledger:
    try:
        rows = pl.read_parquet(io.BytesIO(data))
        state = pl.read_parquet_metadata(io.BytesIO(data))[_STATE]
        listing = ListingState.model_validate_json(state)
        return Ledger(corpus, number, rows.select(SCHEMA.names()).cast(SCHEMA), listing)
    except (pl.exceptions.PolarsError, KeyError, ValueError) as error:
        raise StorageError(
            f"{_key(corpus, number)} is no ledger of arrivals: {error}. Delete the folder "
            f"{_folder(corpus)}; the next listing makes it anew, and nothing is ingested twice"
        ) from error


def _numbers(objects: Objects, corpus: str) -> list[int]:
    found = map(_SNAPSHOT.fullmatch, objects.list(_folder(corpus)))
    return sorted(int(match[1]) for match in found if match is not None)


def _folder(corpus: str) -> str:
    return f"arrivals/{corpus}/ledger"


def _key(corpus: str, number: int) -> str:
    return f"{_folder(corpus)}/{number:09d}.parquet"
