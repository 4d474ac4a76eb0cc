"""What a corpus's bucket or folder holds, page by page in an order of its own."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Protocol

import polars as pl

PAGE = 1000
"""Files of a page, the most that S3 gives."""


class Listed(NamedTuple):
    """A file as it lies there now."""

    uri: str
    version: str
    """Changes with the content: an ETag, or a local file's size and time of change."""
    size: int
    modified: datetime


class Page(NamedTuple):
    """A part of a listing."""

    files: list[Listed]
    token: str | None
    """What the next page follows; None after the last."""


class Listing(Protocol):
    """Pages that follow a token of the page before hold every file that was there all the time."""

    uri: str
    """Covers all its files, see `covered_by`; a token is of no use to another."""
    settles_s: float
    """A file that changed within so many seconds may still be written to."""

    def page(self, token: str | None) -> Page: ...

    def after(self, uri: str, token: str | None) -> Page:
        """Of the files whose names sort after this one's."""
        ...


def covered_by(address: str) -> pl.Expr:
    """Of rows by `uri`: what the address names, as a file itself and as the folder others are in.

    `s3://bucket/towns2/a.jsonl` is not covered by `s3://bucket/towns`.
    """
    below = f"{address.rstrip('/')}/"
    return (pl.col("uri") == address) | pl.col("uri").str.starts_with(below)
