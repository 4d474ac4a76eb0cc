"""NeMo RL: rows of `ResponseDataset`; the default processor makes `output` the ground truth.

See nemo_rl/data/datasets/response_datasets/response_dataset.py and nemo_rl/data/processors.py.
"""

from .columns import extras, label, prompt
from .format import Columns, Format, Source


def _columns(source: Source) -> Columns:
    return [
        prompt(source.instruction).alias("input"),
        label().alias("output"),
        "qa_id",
        extras().alias("extras"),
    ]


FORMAT = Format("nemo_rl", _columns)
