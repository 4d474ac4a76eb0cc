"""slime: rows of `Dataset` (slime/utils/data.py).

JSON, as of Parquet it makes arrays that chat templates do not take for conversations.
"""

import polars as pl

from .columns import aliases, extras, messages
from .format import Columns, Format, Source


def _columns(source: Source) -> Columns:
    return [
        messages(source.instruction).alias("input"),
        pl.col("answer").alias("label"),
        pl.struct(
            "qa_id",
            "question",
            "answer_type",
            answer_aliases=aliases(),
            extras=extras(),
        ).alias("metadata"),
    ]


FORMAT = Format("slime", _columns)
