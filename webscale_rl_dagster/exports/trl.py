"""TRL: a prompt-only conversational dataset; `GRPOTrainer` gives rewards every other column."""

from .columns import extras, messages, scored
from .format import Columns, Format, Source


def _columns(source: Source) -> Columns:
    return [
        messages(source.instruction).alias("prompt"),
        *scored(),
        extras().alias("extras"),
    ]


FORMAT = Format("trl", _columns, data="{split}.parquet")
