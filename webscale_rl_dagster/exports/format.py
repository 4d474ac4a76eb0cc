"""What a format is: how a release's columns become a trainer's, and under which names they lie."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

Columns = Sequence[pl.Expr | str]
"""In the order in which they are written; a name stands for a release's own column."""


@dataclass(frozen=True, slots=True)
class Source:
    """Which rows are being written, for columns that say so."""

    release: str
    split: str
    instruction: str | None
    """Ends every prompt; none leaves the bare question."""


@dataclass(frozen=True, slots=True)
class Format:
    """A trainer's format. Its files beside the data are the templates in `files/<name>/`."""

    name: str
    columns: Callable[[Source], Columns]
    """Over the columns of `columns.READ` and `index`, a row's place in its split."""
    data: str = "{split}.jsonl"
    """Where a split's rows go; the suffix says how they are written: `.parquet` or `.jsonl`."""
