"""What is paid when documents are added to a finished corpus, and when one prompt changes.

    python -m benchmarks.increment

Through the command, in a temporary folder, against the tests' scripted server: 2,000 documents are
ingested and run; then a file of 100 more; then the first file again, 100 rows longer, as corpora
grow; then the checker's prompt changes; then nothing does. The same 100 documents are run alone in
a fresh folder, to compare. Calls are counted at the server, and by stage in the journal.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from tests.pipeline import Pipeline, pipeline_in, town
from tests.templates import edited_template
from webscale_rl_dagster.config import CONFIG_VARIABLE
from webscale_rl_dagster.inference.journal import read_calls
from webscale_rl_dagster.storage.objects import Objects

STAGES = ("filtered_documents", "classified_documents", "candidate_qa", "checked_qa")
IN_FLIGHT = 64


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--more", type=int, default=100)
    chosen = parser.parse_args()
    texts = [town(number) for number in range(chosen.documents + 2 * chosen.more)]
    first, second = chosen.documents, chosen.documents + chosen.more
    print(f"| run | {' | '.join(STAGES)} | at the server | sent twice |")
    print("|---|---|---|---|---|---|---|", flush=True)
    with ExitStack() as stack:
        grown = opened(stack)
        grown.ingest("first.jsonl", texts[:first])
        report(f"{first:,} documents", grown)
        grown.ingest("second.jsonl", texts[first:second])
        report(f"{chosen.more} more, in a file of their own", grown)
        grown.ingest("first.jsonl", texts[:first] + texts[second:])
        report(f"{chosen.more} more, appended to the first file", grown)
        with edited_template("check", "Judge the question", "Judge strictly the question"):
            report("the checker's prompt changed", grown)
            report("nothing changed", grown)
    with ExitStack() as stack:
        alone = opened(stack)
        alone.ingest("second.jsonl", texts[first:second])
        report(f"the first {chosen.more} alone, in a fresh folder", alone)
    with ExitStack() as stack:
        alone = opened(stack)
        alone.ingest("third.jsonl", texts[second:])
        report(f"the other {chosen.more} alone, in a fresh folder", alone)


def opened(stack: ExitStack) -> Pipeline:
    """A pipeline with nothing in it."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    os.environ[CONFIG_VARIABLE] = str(folder / "pipeline.yaml")
    pipeline = stack.enter_context(pipeline_in(folder))
    engine = pipeline.settings["models"]["default"]
    pipeline.configure(
        models={"default": engine | {"max_in_flight": IN_FLIGHT}},
        # Documents from one mould have answers of one kind.
        gates=pipeline.settings["gates"] | {"max_answer_type_share": 1.0},
    )
    return pipeline


def report(name: str, pipeline: Pipeline) -> None:
    """Run every shard and print what that cost."""
    before = journal_calls(pipeline)
    pipeline.script.forget()
    pipeline("run", "--all")
    paid = journal_calls(pipeline) - before
    sent, distinct = len(pipeline.script.requests), len(pipeline.script.prompts)
    stages = " | ".join(f"{paid[stage]:,}" for stage in STAGES)
    print(f"| {name} | {stages} | {sent:,} | {sent - distinct} |", flush=True)


def journal_calls(pipeline: Pipeline) -> Counter[str]:
    """Calls on record, by stage."""
    objects = Objects(pipeline.settings["storage"])
    calls: Counter[str] = Counter()
    for name in objects.list("journal"):
        stage = name.split("/")[1]
        calls[stage] += sum(f.height for f in read_calls(objects, [name], columns=["request_id"]))
    return calls


if __name__ == "__main__":
    main()
