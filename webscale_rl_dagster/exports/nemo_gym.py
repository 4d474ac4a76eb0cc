"""NeMo Gym: rows in OpenAI's Responses form, with what the verifier reads beside it.

`expected_answer` and `question` are what Gym's own `equivalence_llm_judge` reads too.
"""

import polars as pl

from .columns import aliases, extras, messages
from .format import Columns, Format, Source

_SERVER = "resources_servers/webscale_rl"


def _columns(source: Source) -> Columns:
    return [
        pl.struct(input=messages(source.instruction)).alias("responses_create_params"),
        pl.col("qa_id").alias("uuid"),
        pl.col("answer").alias("expected_answer"),
        "qa_id",
        "question",
        "answer_type",
        aliases().alias("answer_aliases"),
        extras().alias("extras"),
    ]


FORMAT = Format("nemo_gym", _columns, data=f"{_SERVER}/data/{{split}}.jsonl")
