"""Which rows of a table a look-up wants."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Where:
    """Those whose text in `column` passes `test`; none outside the bounds does.

    A bound is also met by texts that begin with it.
    """

    column: str
    low: str
    high: str
    test: pl.Expr

    def may_be_within(self, least: str, greatest: str) -> bool:
        """Whether a row group with these extremes can hold such a row."""
        return greatest >= self.low and least[: len(self.high)] <= self.high


def storable(text: str) -> str:
    """With lone surrogates, which no file has, spelled out: a command line may hold some."""
    return text.encode("utf-8", "backslashreplace").decode()


def among(column: str, values: Collection[str]) -> Where:
    """Rows that have one of these values, of which there is at least one."""
    known = [storable(value) for value in values]
    return Where(column, min(known), max(known), pl.col(column).is_in(known))


def starting(column: str, prefix: str) -> Where:
    """Rows whose value starts so."""
    prefix = storable(prefix)
    return Where(column, prefix, prefix, pl.col(column).str.starts_with(prefix))
