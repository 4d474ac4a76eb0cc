"""OpenRLHF: rows of `PromptDataset` (openrlhf/datasets/prompts_dataset.py), one label for all."""

import polars as pl

from .columns import extras, label, messages
from .format import Columns, Format, Source


def _columns(source: Source) -> Columns:
    return [
        messages(source.instruction).alias("input"),
        label().alias("label"),
        pl.lit(f"webscale_rl/{source.release}").alias("datasource"),
        "qa_id",
        extras().alias("extras"),
    ]


FORMAT = Format("openrlhf", _columns)
