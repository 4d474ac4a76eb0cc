"""verifiers and prime-rl: an installable package that exports a `Taskset` over its own data."""

from .columns import extras, prompt, scored
from .format import Columns, Format, Source


def _columns(source: Source) -> Columns:
    return [prompt(source.instruction).alias("prompt"), *scored(), extras().alias("extras")]


FORMAT = Format("verifiers", _columns, data="webscale_rl/data/{split}.jsonl")
