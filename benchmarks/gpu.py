"""What this system makes of a GPU: one command, one Markdown table for docs/benchmarks.md.

    python -m benchmarks.gpu --model Qwen/Qwen3-8B
    python -m benchmarks.gpu --model DIR --tensor-parallel 2 --in-flight 512 --documents 2048

The generate stage against the bare engine, as in `benchmarks.saturation`, with the card's name and
the engine's own count of prefix cache hits. Runs on CPU too, where the sizes must be small.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
from collections.abc import Sequence

from benchmarks.saturation import Run, Turn, add_engine, engine_config, measure, ratio
from webscale_rl_dagster.config import EngineConfig
from webscale_rl_dagster.inference.engines.vllm import VllmEngine


def cards() -> str:
    """The names of the GPUs as the driver has them, else the number of CPU cores."""
    query = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        found = subprocess.run(query, capture_output=True, text=True, check=True).stdout.split("\n")
    except (OSError, subprocess.CalledProcessError):
        return f"CPU, {len(os.sched_getaffinity(0))} cores"
    names = [line.strip() for line in found if line.strip()]
    return ", ".join(f"{names.count(name)} × {name}" for name in dict.fromkeys(names))


def report(turns: Sequence[Turn], config: EngineConfig) -> list[str]:
    """Markdown; rates are those of the last turn, when everything is compiled and warm."""
    last = turns[-1]
    identity = VllmEngine(config).identity
    parallel = f"tensor {config.tensor_parallel}, data {config.data_parallel}"
    rows = {
        "card": cards(),
        "model": f"{identity.model} ({identity.revision})",
        "engine": f"vLLM {identity.engine_version}, {parallel}, {config.in_flight} in flight",
        "requests": f"{last.stage.requests:,}",
        "generated tokens/s, generate stage": f"{last.stage.rate:,.0f}",
        "generated tokens/s, bare engine": f"{last.bare.rate:,.0f}",
        "prompt tokens/s, generate stage": f"{_prompt_rate(last.stage):,.0f}",
        "saturation, all turns": f"{ratio(turns):.3f}",
        "prefix cache hits": f"{last.stage.hit_rate:.1%} of the prompt tokens",
    }
    return ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())]


def _prompt_rate(run: Run) -> float:
    return run.prompt_tokens / run.seconds


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_engine(parser, in_flight=256, documents=1024)
    chosen = parser.parse_args()
    config = engine_config(chosen)
    turns = asyncio.run(
        measure(config, number=chosen.documents, personas=chosen.personas, turns=chosen.turns)
    )
    print("\n".join(report(turns, config)))


if __name__ == "__main__":
    main()
