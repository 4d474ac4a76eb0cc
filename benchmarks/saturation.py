"""How much of vLLM's speed is left when our generate stage is what asks it.

    .venv-vllm/bin/python -m benchmarks.saturation --model DIR --in-flight 64

Generated tokens/s of the stage (its own code, dispatcher, journal on a folder, in-process engine)
over those of the bare engine: the stage's requests recorded, then given to vLLM's AsyncLLM all at
once, tokenized before the clock starts, with the same sampling parameters and the same limit of
sequences. Stage and bare engine take turns on one and the same engine, with an empty prefix cache
each time. The tail, when fewer requests are left than fit, is in both figures. The documents are
those of the sample corpus, over and over, each with a first line of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.vllm.packaged import model_folder
from webscale_rl_dagster.config import EngineConfig
from webscale_rl_dagster.identity import document_id
from webscale_rl_dagster.inference.dispatch import Dispatcher, Policy
from webscale_rl_dagster.inference.engines.vllm import VllmEngine, sampling_params
from webscale_rl_dagster.inference.journal import Journal, JournalPlace
from webscale_rl_dagster.inference.progress import LogProgress
from webscale_rl_dagster.inference.protocol import Completion, CompletionRequest
from webscale_rl_dagster.stages.generate import generate_candidates
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Row

SAMPLE = Path(__file__).parents[1] / "sample_corpus" / "encyclopedia.jsonl"
PLACE = JournalPlace("candidate_qa", "bench/0123456789/00000")
PERSONAS = ("local historian", "geography teacher", "travel writer")


@dataclass(frozen=True, slots=True)
class Run:
    """What one side did, in how long."""

    requests: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    seconds: float

    @property
    def rate(self) -> float:
        """Generated tokens a second."""
        return self.completion_tokens / self.seconds

    @property
    def hit_rate(self) -> float:
        """Share of the prompts' tokens that the prefix cache held."""
        return self.cached_tokens / self.prompt_tokens


@dataclass(frozen=True, slots=True)
class Turn:
    """The stage and the bare engine, one after the other."""

    stage: Run
    bare: Run


@dataclass
class Recorder:
    """An engine that remembers what it was asked and what it answered."""

    engine: VllmEngine
    asked: list[CompletionRequest] = field(default_factory=list)
    answers: list[Completion] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.identity, self.in_flight = self.engine.identity, self.engine.in_flight

    async def complete(self, request: CompletionRequest) -> Completion:
        self.asked.append(request)
        self.answers.append(await self.engine.complete(request))
        return self.answers[-1]

    async def aclose(self) -> None:
        await self.engine.aclose()


def documents(number: int) -> Iterator[Row]:
    """Rows of `raw_documents`, as far as the stage reads them."""
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    for copy, line in zip(range(number), itertools.cycle(lines), strict=False):
        record = json.loads(line)
        text = f"Reading {copy} of this collection.\n\n{record['text']}"
        yield {"document_id": document_id(text), "text": text, "title": record["title"]}


def classified(number: int, personas: int) -> Iterator[Row]:
    """The rows of `classified_documents` for them."""
    for document in documents(number):
        yield {
            "document_id": document["document_id"],
            "window": 0,
            "window_start": 0,
            "window_end": len(document["text"]),
            "domain": "Social Science",
            "personas": list(PERSONAS[:personas]),
        }


async def run_stage(
    engine: VllmEngine, number: int, personas: int, folder: str
) -> tuple[Run, list[CompletionRequest]]:
    """From the first call to the merged journal."""
    recorder = Recorder(engine)
    began = perf_counter()
    async with Journal(Objects(folder), PLACE) as journal:
        progress = LogProgress(logging.getLogger("saturation"))
        dispatcher = Dispatcher(recorder, journal, Policy(), progress)
        rows = generate_candidates(
            classified(number, personas),
            documents(number),
            dispatcher,
            shard=PLACE.shard,
            style="open",
            samples=1,
        )
        try:
            async with aclosing(rows):
                assert len([row async for row in rows]) == number * personas
        finally:
            await dispatcher.aclose()
    await asyncio.to_thread(journal.compact)
    seconds = perf_counter() - began
    prompt = sum(answer.prompt_tokens for answer in recorder.answers)
    cached = sum(answer.cached_tokens for answer in recorder.answers)
    generated = sum(answer.completion_tokens for answer in recorder.answers)
    return Run(len(recorder.answers), prompt, cached, generated, seconds), recorder.asked


async def run_bare(engine: VllmEngine, requests: Sequence[CompletionRequest]) -> Run:
    """All requests at once, to the last answer."""
    from vllm.inputs import tokens_input

    llm = await engine.llm()
    prompts = [await engine.tokens(request) for request in requests]
    params = [sampling_params(request) for request in requests]

    async def answer(number: int) -> Any:
        found = llm.generate(tokens_input(prompts[number]), params[number], f"bare-{number}")
        return [output async for output in found][-1]

    began = perf_counter()
    answers = await asyncio.gather(*map(answer, range(len(requests))))
    seconds = perf_counter() - began
    cached = sum(found.num_cached_tokens for found in answers)
    generated = sum(len(found.outputs[0].token_ids) for found in answers)
    return Run(len(requests), sum(map(len, prompts)), cached, generated, seconds)


async def measure(config: EngineConfig, *, number: int, personas: int, turns: int) -> list[Turn]:
    """The first turn's requests are never the first that the engine computes."""
    engine = VllmEngine(config)
    try:
        llm = await engine.llm()
        with tempfile.TemporaryDirectory() as warm:
            await run_stage(engine, min(8, number), 1, warm)
        found = []
        for _ in range(turns):
            await llm.reset_prefix_cache()
            with tempfile.TemporaryDirectory() as folder:
                stage, requests = await run_stage(engine, number, personas, folder)
            await llm.reset_prefix_cache()
            found.append(Turn(stage, await run_bare(engine, requests)))
        return found
    finally:
        await engine.aclose()


def ratio(turns: Sequence[Turn]) -> float:
    """Of the tokens/s over all turns."""

    def rate(runs: list[Run]) -> float:
        return sum(run.completion_tokens for run in runs) / sum(run.seconds for run in runs)

    return rate([turn.stage for turn in turns]) / rate([turn.bare for turn in turns])


def table(turns: Sequence[Turn]) -> list[str]:
    """Markdown."""
    lines = [
        "| turn | side | requests | prompt tokens | cached | generated tokens | s | tokens/s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for number, turn in enumerate(turns, 1):
        for side, run in (("stage", turn.stage), ("bare engine", turn.bare)):
            lines.append(
                f"| {number} | {side} | {run.requests:,} | {run.prompt_tokens:,} | "
                f"{run.hit_rate:.0%} | {run.completion_tokens:,} | {run.seconds:.1f} | "
                f"{run.rate:,.0f} |"
            )
    return [*lines, "", f"Saturation: {ratio(turns):.3f}"]


def engine_config(chosen: argparse.Namespace) -> EngineConfig:
    """What the arguments of `add_engine` say."""
    return EngineConfig(
        engine="vllm",
        model=str(chosen.model or model_folder()),
        context_tokens=chosen.context_tokens,
        max_in_flight=chosen.in_flight,
        tensor_parallel=chosen.tensor_parallel,
        data_parallel=chosen.data_parallel,
        engine_options=chosen.engine_options,
    )


def add_engine(parser: argparse.ArgumentParser, *, in_flight: int, documents: int) -> None:
    parser.add_argument("--model", help="folder or hub name; else the packaged SmolLM2-135M")
    parser.add_argument("--in-flight", type=int, default=in_flight)
    parser.add_argument("--documents", type=int, default=documents)
    parser.add_argument("--personas", type=int, choices=[1, 2, 3], default=2)
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--context-tokens", type=int, default=4096)
    parser.add_argument("--tensor-parallel", type=int, default=1)
    parser.add_argument("--data-parallel", type=int, default=1)
    parser.add_argument("--engine-options", type=json.loads, default={}, metavar="JSON")


def main() -> None:
    """Print a Markdown table and the ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_engine(parser, in_flight=64, documents=96)
    chosen = parser.parse_args()
    turns = asyncio.run(
        measure(
            engine_config(chosen),
            number=chosen.documents,
            personas=chosen.personas,
            turns=chosen.turns,
        )
    )
    print("\n".join(table(turns)))


if __name__ == "__main__":
    main()
