"""verl: rows of `RLHFDataset` (verl/utils/dataset/rl_dataset.py).

`extra_info` reaches the reward; `index` and `split` are what verl's own examples put there.
"""

import polars as pl

from .columns import aliases, extras, messages
from .format import Columns, Format, Source


def _columns(source: Source) -> Columns:
    return [
        pl.lit(f"webscale_rl/{source.release}").alias("data_source"),
        messages(source.instruction).alias("prompt"),
        pl.col("domain").alias("ability"),
        pl.struct(style=pl.lit("rule"), ground_truth="answer").alias("reward_model"),
        pl.struct(
            "index",
            "qa_id",
            "question",
            "answer_type",
            split=pl.lit(source.split),
            answer_aliases=aliases(),
            extras=extras(),
        ).alias("extra_info"),
    ]


FORMAT = Format("verl", _columns, data="{split}.parquet")
