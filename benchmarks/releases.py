"""A release of over a million pairs: time, and the memory of all its processes together.

    python -m benchmarks.releases                       1.2 million pairs, 40 shards
    python -m benchmarks.releases --pairs 50000         a quick look
    python -m benchmarks.releases --text FOLDER         text that is there, instead of packages

Pairs are sentences of real text, Debian's documentation packages, with a word blanked. The release
is made, judged, made again without one shard, and exported to verl, in processes of their own,
whose proportional memory is read off the kernel four times a second.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.contamination.background import chunks, unpacked
from benchmarks.shared.memory import watched
from webscale_rl_dagster.identity import document_id
from webscale_rl_dagster.schemas import PASSED, VERDICTS
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Row, Tables

SHARDS = 40
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_WORD = re.compile(r"\b[A-Za-z][A-Za-z-]{3,}\b")
_DOMAINS = ("Education", "Technology & Engineering", "Natural Science", "Social Science", "Math")


def pairs(folder: Path) -> Iterator[Row]:
    """Sentences of 40 to 400 characters with their longest word blanked, then with another."""
    for turn in range(10):
        seen: set[int] = set()
        for number, text in enumerate(chunks(folder)):
            document = document_id(f"{turn} {text}")
            for sentence in _SENTENCE.split(" ".join(text.split())):
                words = sorted(set(_WORD.findall(sentence)), key=lambda word: (-len(word), word))
                known = hash(sentence) in seen
                if known or not 40 <= len(sentence) <= 400 or len(words) <= turn:
                    continue
                seen.add(hash(sentence))
                yield _row(sentence, words[turn], document, number)


def _row(sentence: str, answer: str, document: str, number: int) -> Row:
    asked = re.sub(rf"\b{re.escape(answer)}\b", "____", sentence)
    return {
        "question": f"Which word is missing from this sentence: {asked}",
        "answer": answer,
        "style": "cloze",
        "domain": _DOMAINS[number % len(_DOMAINS)],
        "persona": f"a reader of kind {number % 977}",
        "document_id": document,
        "corpus": "debian",
        "source_uri": f"s3://corpora/debian/{number % 300}.jsonl",
        "source_row": number,
        "url": f"https://example.org/{number}",
        "title": sentence[:40],
        "licence": "GPL-3.0" if number % 3 else "MIT",
        "profile": "default",
        "verdicts": dict.fromkeys(VERDICTS, PASSED),
        "evidence_start": 0,
        "evidence_end": len(answer),
        "evidence_kind": "exact",
        "answer_type": "phrase",
        "verifier": "phrase_match",
        "answer_aliases": [],
        "decontaminated_against": ["ready"],
        "votes": 1,
        "agreement": 1.0,
        "checker_model": "checker",
        "generator_model": "generator",
        "prompt_version": "generate-3",
        "kept": True,
    }


def publish(folder: Path, storage: Path, count: int) -> None:
    """The pairs as published shards."""
    tables = Tables(Objects(str(storage)))
    rows = islice(pairs(folder), count)
    for number in range(SHARDS):
        shard = f"debian/{number:010x}/00000"
        with tables.writer("verified_qa", shard) as writer:
            for place, row in enumerate(islice(rows, -(-count // SHARDS))):
                writer.add(row | {"qa_id": f"{shard.replace('/', '.')}.{place:024x}"})


def build(storage: Path, name: str = "v1", previous: str | None = None) -> dict[str, Any]:
    from webscale_rl_dagster.config import Config
    from webscale_rl_dagster.releases.building import build_release

    tables = Tables(Objects(str(storage)))
    shards = tables.shards("verified_qa")
    now = datetime.now(UTC)
    made = build_release(tables, shards, name, config=Config(), created=now, previous=previous)
    said = ("pairs", "splits", "dropped", "documents", "previous")
    return {name: made.manifest[name] for name in said}


def rebuild(storage: Path) -> dict[str, Any]:
    """Without the first shard, compared with the release before."""
    tables = Tables(Objects(str(storage)))
    tables.objects.delete([f"verified_qa/{tables.shards('verified_qa')[0]}.parquet"])
    return build(storage, "v2", "v1")


def judge(storage: Path) -> dict[str, Any]:
    """By the suite that Dagster's check asks; all answers of this corpus are phrases."""
    from webscale_rl_dagster.config import GatesConfig
    from webscale_rl_dagster.expectations.release_facts import facts_of_release, keep_verdict
    from webscale_rl_dagster.expectations.report import shutting
    from webscale_rl_dagster.expectations.validation import validate

    objects = Objects(str(storage))
    batches, facts = facts_of_release("v1", objects)
    gates = GatesConfig(max_answer_type_share=1)
    found = validate("dataset_release", batches, facts=facts, gates=gates)
    keep_verdict("v1", objects, facts.files, shutting(found))
    return {"expectations": found.evaluated, "shut by": shutting(found)}


def export(storage: Path) -> dict[str, Any]:
    from webscale_rl_dagster.exports import load_format
    from webscale_rl_dagster.exports.export import export as write
    from webscale_rl_dagster.releases.reading import open_release

    release = open_release(Objects(str(storage)), "v1")
    return {"rows": write(release, load_format("verl"), storage / "verl").rows}


_STEPS = {"build": build, "judge": judge, "rebuild": rebuild, "export": export}


def measured(step: str, storage: Path) -> dict[str, Any]:
    """What the step said, its seconds and the greatest sum over its processes."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.releases", "--step", step, str(storage)],
        stdout=subprocess.PIPE,
    )
    with watched(process.pid) as peak:
        output, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"{step} failed")
    said: dict[str, Any] = json.loads(output)
    seconds = round(time.perf_counter() - start, 1)
    return {"step": step, "seconds": seconds, "peak_mb": peak.proportional, **said}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=1_200_000)
    parser.add_argument("--text", type=Path, help="a folder of .html, .txt, .md files")
    parser.add_argument("--folder", type=Path, help="where to work; a temporary one otherwise")
    parser.add_argument("--step", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.step:
        step, storage = arguments.step
        print(json.dumps(_STEPS[step](Path(storage))))
        return
    with tempfile.TemporaryDirectory(dir=arguments.folder) as temporary:
        storage = Path(temporary) / "store"
        text = arguments.text or unpacked(Path(temporary))
        publish(text, storage, arguments.pairs)
        for step in _STEPS:
            print(json.dumps(measured(step, storage), indent=2))


if __name__ == "__main__":
    main()
