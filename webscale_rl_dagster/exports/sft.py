"""Plain chat JSONL for supervised fine-tuning, say as a warm-up in the form that rewards read."""

import polars as pl

from .columns import extras, message, prompt
from .format import Columns, Format, Source


def _columns(source: Source) -> Columns:
    """The answer is in tags if the instruction asks for them."""
    answer = pl.col("answer")
    if source.instruction and "<answer>" in source.instruction:
        answer = pl.concat_str(pl.lit("<answer>"), answer, pl.lit("</answer>"))
    conversation = pl.concat_list(
        message("user", prompt(source.instruction)), message("assistant", answer)
    )
    return [conversation.alias("messages"), "qa_id", extras().alias("extras")]


FORMAT = Format("sft", _columns)
