"""Repeated questions of a whole release: time, memory, recall on planted pairs, false merges.

    python -m benchmarks.deduplication                      1.2 million questions
    python -m benchmarks.deduplication --questions 100000   a quick look

Questions are made of templates, names, numbers and words of a Zipf vocabulary, the same ones at
every call. Among them are planted, each some way behind the question it was made of:

    near        one to four words put in, left out or replaced, Jaccard similarity 0.8 or more
    reworded    case, articles and punctuation
    below       as near, but a similarity from 0.5 up to 0.8
    entity      another name and another answer in the same sentence
    same answer another name in the same sentence, and by chance the same answer
    number      another number in the same sentence, and by chance the same answer

The first two are to be found, the others not. `same answer` holds pairs that no rule on words can
tell from `near`; those of similarity 0.8 or more count as found wrongly all the same.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate, islice
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pyarrow.parquet as pq

from webscale_rl_dagster.deduplication.questions import SAME_QUESTION
from webscale_rl_dagster.deduplication.release import repeated_questions
from webscale_rl_dagster.deduplication.wording import read_wording
from webscale_rl_dagster.rewards.normalise import normalise

SHARES = {"near": 0.05, "reworded": 0.02, "below": 0.03}
SHARES |= {"entity": 0.03, "same answer": 0.01, "number": 0.01}
TEMPLATES = (
    "In which year did {name} of {name} publish the {word} {word} on {word} {word}?",
    "Which {word} {word} was named after {name} once the {word} of {name} had ended in {number}?",
    "How many {word} {word} does the {word} of {name} hold when {number} {word} are left over?",
    "What do {word} {word} in the {word} near {name} need before they can {word} the {word}?",
    "A {word} buys {number} {word} and sells {number} of them at {name}; how many {word} remain?",
    "Who led the {word} {word} of {name} against the {word} of {name}?",
    "What is the {word} {word} of a {word} whose {word} is {number} {word}?",
    "By the theory of {name}, which {word} makes a {word} {word} {word} faster than {word}?",
    "Where is {name} born?",
    "Why did the council of {name} move its {word} to {name} after {word} {word} of {number}?",
)
ANSWERS = ("{number}", "{name}", "{word}", "{word} {word}", "{name} {name}")
SYLLABLES = [a + b for a in "bcdfghjklmnprstvwz" for b in ("a", "e", "i", "o", "u", "ar", "en")]
SOURCES = 20_000
CHUNK = 50_000


class Made(NamedTuple):
    """A question and how it was made; `of` is what it was made from, if anything."""

    qa_id: str
    question: str
    answer: str
    kind: str
    of: str | None
    similarity: float | None


class Words:
    """Draws from made-up vocabularies."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        words = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(40_000)]
        self._words = list(dict.fromkeys(words))
        self._weights = list(accumulate(1 / rank for rank in range(1, len(self._words) + 1)))

    def word(self) -> str:
        return self._chance.choices(self._words, cum_weights=self._weights)[0]

    def name(self) -> str:
        return "".join(self._chance.choices(SYLLABLES, k=3)).title()

    def number(self) -> str:
        return str(int(self._chance.paretovariate(0.4)) % 100_000)

    def filled(self, template: str) -> str:
        parts = template.split("{")
        made = [parts[0]]
        for part in parts[1:]:
            slot, rest = part.split("}")
            made.append(getattr(self, slot)() + rest)
        return "".join(made)


def made_questions(count: int, seed: int) -> Iterator[Made]:
    chance = random.Random(seed)
    words = Words(chance)
    sources: list[Made] = []
    kinds = list(SHARES)
    for number in range(count):
        qa_id = f"q{number:09}"
        draw = chance.random() - (1 - sum(SHARES.values()))
        planted = None
        if draw >= 0 and sources:
            kind = chance.choices(kinds, weights=list(SHARES.values()))[0]
            planted = _planted(qa_id, kind, chance.choice(sources), words, chance)
        if planted is not None:
            yield planted
            continue
        question = words.filled(chance.choice(TEMPLATES))
        new = Made(qa_id, question, words.filled(chance.choice(ANSWERS)), "new", None, None)
        if len(sources) < SOURCES:
            sources.append(new)
        else:
            sources[chance.randrange(SOURCES)] = new
        yield new


def _planted(
    qa_id: str, kind: str, source: Made, words: Words, chance: random.Random
) -> Made | None:
    """None where this kind cannot be made of the source."""
    tokens = source.question.rstrip("?").split()
    answer = source.answer
    names = [at for at, token in enumerate(tokens) if at and token[0].isupper()]
    numbers = [at for at, token in enumerate(tokens) if token[0].isdigit()]
    if kind == "reworded":
        question = " ".join(tokens).upper().replace("THE ", "") + chance.choice(("", " ?", "??"))
    elif kind in ("near", "below"):
        for _ in range(chance.randint(1, 4) if kind == "near" else chance.randint(2, 8)):
            _edit(tokens, words, chance)
        question, answer = " ".join(tokens) + "?", chance.choice((answer, answer.lower() + "."))
    elif kind == "number":
        if not numbers:
            return None
        tokens[chance.choice(numbers)] = words.number()
        question = " ".join(tokens) + "?"
    else:
        if not names:
            return None
        tokens[chance.choice(names)] = words.name()
        question = " ".join(tokens) + "?"
        answer = words.filled("{name} {name}") if kind == "entity" else answer
    similarity = jaccard(source.question, question)
    same = normalise(question) == normalise(source.question)
    if same != (kind == "reworded"):
        return None
    if kind == "near" and similarity < SAME_QUESTION:
        return None
    if kind == "below" and not 0.5 <= similarity < SAME_QUESTION:
        return None
    return Made(qa_id, question, answer, kind, source.qa_id, similarity)


def _edit(tokens: list[str], words: Words, chance: random.Random) -> None:
    """Numbers stay: with another one a question is another question."""
    at = chance.randrange(len(tokens))
    if tokens[at][0].isdigit():
        return
    kind = chance.choice(("insert", "delete", "replace"))
    if kind == "insert":
        tokens.insert(at, words.word())
    elif kind == "delete" and len(tokens) > 2:
        del tokens[at]
    else:
        tokens[at] = words.word()


def jaccard(one: str, other: str) -> float:
    """Of the normalised words: what the index is held against."""
    a, b = (set(normalise(text).split()) for text in (one, other))
    return len(a & b) / len(a | b) if a | b else 1.0


def write_questions(path: Path, count: int, seed: int) -> None:
    made = made_questions(count, seed)
    with pq.ParquetWriter(
        path, _frame([]).to_arrow(compat_level=pl.CompatLevel.oldest()).schema
    ) as f:
        while rows := list(islice(made, CHUNK)):
            f.write_table(_frame(rows).to_arrow(compat_level=pl.CompatLevel.oldest()))


def _frame(rows: list[Made]) -> pl.DataFrame:
    types = [*[pl.String()] * 5, pl.Float64()]
    return pl.DataFrame(rows, schema=dict(zip(Made._fields, types, strict=True)), orient="row")


def measured(path: Path, found: Path, processes: int) -> dict[str, float]:
    """In a process of its own: writes what repeats what, and says time and memory."""
    start = time.perf_counter()
    repeats = list(repeated_questions(_stored(path), processes=processes))
    seconds = time.perf_counter() - start
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    own, children = (usage.ru_maxrss * 1024 / 1e9 for usage in used)
    cpu = sum(usage.ru_utime + usage.ru_stime for usage in used)
    pl.DataFrame(repeats, schema=["qa_id", "duplicate_of"], orient="row").write_parquet(found)
    peak = own + (processes * children if processes > 1 else 0)
    return {"seconds": seconds, "cpu": cpu, "peak_gb": peak, "own_gb": own}


def _stored(path: Path) -> Iterator[tuple[str, str, str]]:
    for batch in pq.ParquetFile(path).iter_batches(10_000, columns=["qa_id", "question", "answer"]):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def report(path: Path, found: Path) -> list[str]:
    """Lines of Markdown."""
    made = pl.read_parquet(path)
    repeats = pl.read_parquet(found)
    rows = made.join(repeats, on="qa_id", how="left").join(
        made.select(duplicate_of="qa_id", first="question", first_answer="answer"),
        on="duplicate_of",
        how="left",
    )
    lines = ["| kind | questions | reported as repeats | share |", "|---|---:|---:|---:|"]
    for kind in ["new", *SHARES]:
        part = rows.filter(kind=kind)
        reported = part["duplicate_of"].count()
        lines.append(f"| {kind} | {part.height:,} | {reported:,} | {reported / part.height:.2%} |")
    near = rows.filter(kind="near")
    for low, high in ((0.8, 0.85), (0.85, 0.9), (0.9, 1.01)):
        part = near.filter(pl.col("similarity").is_between(low, high, closed="left"))
        share = part["duplicate_of"].count() / max(part.height, 1)
        lines.append(f"| near, {low} up to {min(high, 1)} | {part.height:,} | | {share:.2%} |")
    verdicts = Counter(
        _verdict(row) for row in rows.drop_nulls("duplicate_of").iter_rows(named=True)
    )
    total = verdicts.total()
    lines += ["", "Of the pairs reported, by the two texts themselves:", ""]
    lines += [
        f"- {name}: {count:,} ({count / total:.3%})" for name, count in sorted(verdicts.items())
    ]
    return lines


def _verdict(row: dict[str, Any]) -> str:
    question, first = read_wording(row["question"]), read_wording(row["first"])
    if question.text == first.text:
        return "same wording"
    if question.formula != first.formula:
        return "FALSE: another formula"
    if jaccard(row["question"], row["first"]) < SAME_QUESTION:
        return "FALSE: similarity below 0.8"
    if normalise(row["answer"]) != normalise(row["first_answer"]):
        return "FALSE: another answer"
    return "similarity 0.8 or more, same answer"


def main() -> None:
    parser = argparse.ArgumentParser(description="Repeated questions of a whole release.")
    parser.add_argument("--questions", type=int, default=1_200_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--folder", type=Path, help="where the temporary files go")
    parser.add_argument("--measure", nargs=2, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measured(*options.measure, options.processes)))
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        path, found = Path(folder) / "questions.parquet", Path(folder) / "found.parquet"
        write_questions(path, options.questions, options.seed)
        command = [sys.executable, "-m", "benchmarks.deduplication", "--measure", path, found]
        command += ["--processes", str(options.processes)]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
        figures = json.loads(output)
        rate = options.questions / figures["seconds"]
        print(
            f"{options.questions:,} questions, {options.processes} processes: "
            f"{figures['seconds']:.0f} s, {rate:,.0f} a second, {figures['cpu']:.0f} s of CPU, "
            f"peak {figures['peak_gb']:.2f} GB, {figures['own_gb']:.2f} without its children\n"
        )
        print("\n".join(report(path, found)))


if __name__ == "__main__":
    main()
