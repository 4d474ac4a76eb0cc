"""Open Instruct: rows of `rlvr_tokenize` (open_instruct/dataset_transformation.py).

Its column `dataset` names the verifier, not where a row is from.
"""

import polars as pl

from .columns import extras, label, messages
from .format import Columns, Format, Source


def _columns(source: Source) -> Columns:
    return [
        messages(source.instruction).alias("messages"),
        label().alias("ground_truth"),
        pl.lit("webscale_rl").alias("dataset"),
        "qa_id",
        extras().alias("extras"),
    ]


FORMAT = Format("open_instruct", _columns)
