"""SkyRL: rows of `PromptDataset` (skyrl/train/dataset/dataset.py); the rest are extras."""

import polars as pl

from .columns import aliases, extras, messages
from .format import Columns, Format, Source


def _columns(source: Source) -> Columns:
    return [
        pl.lit(f"webscale_rl/{source.release}").alias("data_source"),
        messages(source.instruction).alias("prompt"),
        pl.lit("webscale_rl").alias("env_class"),
        pl.struct(method=pl.lit("rule"), ground_truth="answer").alias("reward_spec"),
        "qa_id",
        "question",
        "answer_type",
        aliases().alias("answer_aliases"),
        extras().alias("extras"),
    ]


FORMAT = Format("skyrl", _columns, data="{split}.parquet")
