"""A small release with an answer of every type, as it lies in storage."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from webscale_rl_dagster.releases.files import content_sha256
from webscale_rl_dagster.releases.reading import Release, open_release
from webscale_rl_dagster.rewards import AnswerType, adversarial_responses
from webscale_rl_dagster.schemas import TABLES, VERDICTS
from webscale_rl_dagster.storage.objects import Objects


class Pair(NamedTuple):
    question: str
    answer: str
    answer_type: AnswerType
    aliases: tuple[str, ...] = ()

    @property
    def adversarial(self) -> list[tuple[str, str]]:
        return list(adversarial_responses(self.answer, self.answer_type, self.question))


PAIRS = (
    Pair("What is the boiling point of water at sea level, in °C?", "100", "number"),
    Pair("How tall is the Eiffel Tower?", "330 metres", "unit", ("330 m",)),
    Pair('On what date did the "Paris Commune" begin?', "18 March 1871", "date"),
    Pair(
        "Who discovered polonium together with Pierre Curie?",
        "Marie Curie",
        "entity",
        ("Maria Skłodowska-Curie",),
    ),
    Pair("What does a seismograph record?", "ground motion", "phrase"),
    Pair("Is the nucleus of an atom positively charged?", "Yes", "boolean"),
    Pair("Which planet is the largest:\n(A) Mars, (B) Jupiter or (C) Venus?", "B", "choice"),
    Pair(r"What is the derivative of $x^3 + 2x$?", "3x^2 + 2", "expression"),
    Pair("Which Git command lists the branches of a repository?", "git branch", "code"),
)
SPLITS = ("train", "validation", "test")


def release_frame(split: str, rows: int, *, first: int = 0) -> pl.DataFrame:
    """The pairs over and over, under ids of their own."""
    return pl.DataFrame(
        [_row(split, number) for number in range(first, first + rows)],
        schema=TABLES["dataset_release"],
    )


def _row(split: str, number: int) -> dict[str, Any]:
    pair = PAIRS[number % len(PAIRS)]
    return {
        "qa_id": f"wiki.3f9a1c.00000.{split}{number:08d}",
        "question": pair.question,
        "answer": pair.answer,
        "style": "open",
        "domain": "Natural Science",
        "persona": "a curious reader",
        "document_id": f"{number:064x}",
        "corpus": "wiki",
        "source_uri": "s3://corpora/wiki/pages.jsonl",
        "source_row": number,
        "url": None if number % 2 else f"https://example.org/{number}",
        "title": None if number % 3 else "A “quoted” title",
        "licence": "CC-BY-SA-4.0",
        "profile": "default",
        "verdicts": dict.fromkeys(VERDICTS, "passed"),
        "answer_type": pair.answer_type,
        "verifier": f"{pair.answer_type}_match",
        "answer_aliases": list(pair.aliases) or (None if number % 2 else []),
        "closed_book_rate": None if number % 2 else 0.25,
        "split": split,
        "shard": "wiki/3f9a1c/00000",
    }


def write_release(root: Path, name: str = "v1", *, rows: tuple[int, int, int] = (18, 9, 9)) -> None:
    """So many rows of training, validation and test, in two files a split."""
    for split, count in zip(SPLITS, rows, strict=True):
        frame = release_frame(split, count)
        halves = [frame.head(count // 2), frame.tail(count - count // 2)] if count else []
        for number, half in enumerate(halves):
            path = root / f"releases/{name}/data/{split}-{number:05d}-of-{len(halves):05d}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            half.write_parquet(path)
    manifest = root / f"releases/{name}/RELEASE.json"
    manifest.parent.mkdir(parents=True, exist_ok=True)
    splits = dict(zip(SPLITS, rows, strict=True))
    data = {
        f"data/{path.name}": sha256(path.read_bytes()).hexdigest()
        for path in (root / f"releases/{name}/data").iterdir()
    }
    content = {"content_sha256": content_sha256(data)}
    manifest.write_text(json.dumps({"name": name, "splits": splits} | content), encoding="utf-8")
    verdict = {"passed": True, "failed": []} | content
    manifest.with_name("VERDICT.json").write_text(json.dumps(verdict), encoding="utf-8")


def small_release(root: Path, *, rows: tuple[int, int, int] = (18, 9, 9)) -> Release:
    write_release(root, rows=rows)
    return open_release(Objects(str(root)), "v1")
