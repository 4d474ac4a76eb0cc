"""Columns of synthetic tables."""

from __future__ import annotations

import numpy as np
import polars as pl

from webscale_rl_dagster.schemas import TABLES


def among(values: tuple[str | None, ...], draw: np.random.Generator, size: int) -> list[str | None]:
    """The first are the most frequent."""
    place = np.floor(draw.power(0.6, size=size) * len(values)).astype(int)
    return [values[one] for one in place.tolist()]


def whole(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """With the contract's other columns, which are null."""
    schema = TABLES[table]
    absent = {
        name: pl.lit(None, dtype) for name, dtype in schema.items() if name not in frame.columns
    }
    return frame.with_columns(**absent).select(
        pl.col(name).cast(dtype) for name, dtype in schema.items()
    )
