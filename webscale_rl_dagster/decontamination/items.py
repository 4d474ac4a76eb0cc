"""Benchmark items out of any JSONL, JSON or Parquet file, or a folder of them."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import orjson

from webscale_rl_dagster.errors import BenchmarkError

QUESTION_FIELDS = (
    "question", "problem", "problem_statement", "prompt", "query", "input", "goal", "ctx",
    "question_text", "instruction", "sentence", "premise", "turns", "text",
)  # fmt: skip
OPTIONS_FIELDS = ("choices", "options", "endings", "mc1_targets")
ANSWER_FIELDS = ("answer", "answers", "target", "canonical_solution", "solution", "label")
"""Field names of published benchmarks, in the order they are believed; case does not count."""

_ENDINGS = (".jsonl", ".jsonl.gz", ".json", ".json.gz", ".parquet")
_SPLITS = {
    "train": "train",
    "training": "train",
    "test": "test",
    "dev": "dev",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
}
_LABEL = re.compile(r"^\s*\(?[A-Za-z][.):]\s+")


@dataclass(frozen=True, slots=True)
class Fields:
    """Which fields hold what; several are joined in their order. Empty: guessed by name."""

    question: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    answer: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a benchmark."""

    path: Path
    name: str
    """Its path in the benchmark's folder."""
    split: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a benchmark; `row` is its number in its file, from 0."""

    row: int
    question: str
    options: tuple[str, ...]
    answer: str


def sources(paths: Sequence[Path], *, splits: Sequence[str] = ()) -> list[Source]:
    """Every file that can be read under the paths, sorted; `splits` keeps only those named."""
    found: list[Source] = []
    for path in paths:
        if not path.exists():
            raise BenchmarkError(f"{path} does not exist")
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        readable = [file for file in files if file.name.endswith(_ENDINGS) and file.is_file()]
        if not readable:
            raise BenchmarkError(f"{path} holds no file that ends in {', '.join(_ENDINGS)}")
        root = path.parent if path.is_file() else path
        for file in readable:
            name = file.relative_to(root).as_posix()
            split = split_of(name)
            if not splits or split in splits:
                with file.open("rb") as data:
                    digest = hashlib.file_digest(data, "sha256").hexdigest()
                found.append(Source(file, name, split, digest))
    if not found:
        raise BenchmarkError(f"none of the files belongs to split {', '.join(splits)}")
    return found


def split_of(name: str) -> str:
    """`test` of `data/test-00000-of-00001.parquet`; else the file's name without its ending."""
    *folders, file = name.split("/")
    stem = file.split(".")[0]
    for level in (stem, *reversed(folders)):
        for part in re.split(r"[^a-z]+", level.lower()):
            if part in _SPLITS:
                return _SPLITS[part]
    return stem


def items(source: Source, fields: Fields) -> Iterator[Item]:
    """In the file's order; a row with no question text is passed over.

    Raises:
        BenchmarkError: the file cannot be read, or its first row lacks a field.
    """
    chosen: dict[tuple[str, ...], Fields] = {}
    for number, record in enumerate(_records(source.path)):
        if not chosen:
            _check(record, fields, source.path)
        names = tuple(record)
        if names not in chosen:
            chosen[names] = _choose(record, fields)
        found = chosen[names]
        parts = [part for name in found.question for part in _texts(record.get(name))]
        if not parts:
            continue
        options = tuple(part for name in found.options for part in _options(record.get(name)))
        answers = [part for name in found.answer for part in _texts(record.get(name))]
        answer = answers[0] if len(answers) == 1 and not options else ""
        yield Item(number, "\n".join(parts), options, answer)


def _check(record: Mapping[str, Any], fields: Fields, path: Path) -> None:
    """The first record has every field that was named, and a question."""
    there = ", ".join(sorted(record))
    for name in (*fields.question, *fields.options, *fields.answer):
        if name not in record:
            raise BenchmarkError(f"{path} has no field {name!r}; its fields are {there}")
    if not _choose(record, fields).question:
        raise BenchmarkError(
            f"{path}: none of its fields looks like a question ({there}); "
            "name one with --question-field"
        )


def _choose(record: Mapping[str, Any], fields: Fields) -> Fields:
    return Fields(
        fields.question or _guess(record, QUESTION_FIELDS),
        fields.options or _guess(record, OPTIONS_FIELDS),
        fields.answer or _guess(record, ANSWER_FIELDS),
    )


def _guess(record: Mapping[str, Any], names: Sequence[str]) -> tuple[str, ...]:
    by_lower = {name.lower(): name for name in record}
    return next(((by_lower[name],) for name in names if name in by_lower), ())


def _texts(value: object) -> list[str]:
    """The strings in a field: chat turns, `{"stem": …}` and lists hold theirs deeper."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, Mapping):
        inner = next((value[key] for key in ("text", "stem", "content") if key in value), None)
        return _texts(inner)
    if isinstance(value, (list, tuple)):
        return [text for one in value for text in _texts(one)]
    return []


def _options(value: object) -> list[str]:
    if isinstance(value, Mapping) and "choices" in value:
        value = value["choices"]
    texts = value.splitlines() if isinstance(value, str) else _texts(value)
    return [_LABEL.sub("", text) for text in texts if text.strip()]


def _records(path: Path) -> Iterator[Mapping[str, Any]]:
    if path.name.endswith(".parquet"):
        yield from _parquet(path)
        return
    try:
        with _open(path) as file:
            if path.name.removesuffix(".gz").endswith(".json") and _is_array(file):
                yield from _checked(enumerate(orjson.loads(file.read()), 1), path)
            else:
                lines = ((n, line) for n, line in enumerate(file, 1) if line.strip())
                yield from _checked(((n, orjson.loads(line)) for n, line in lines), path)
    except (orjson.JSONDecodeError, UnicodeDecodeError, EOFError, OSError) as error:
        raise BenchmarkError(f"{path} cannot be read as JSON: {error}") from error


def _checked(numbered: Iterator[tuple[int, Any]], path: Path) -> Iterator[Mapping[str, Any]]:
    for number, record in numbered:
        if not isinstance(record, dict):
            raise BenchmarkError(f"{path}: record {number} is no object")
        yield record


def _is_array(file: IO[bytes]) -> bool:
    start = file.read(64).lstrip()
    file.seek(0)
    return start.startswith(b"[")


def _open(path: Path) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast(IO[bytes], gzip.open(path, "rb"))
    return io.BufferedReader(io.FileIO(path))


def _parquet(path: Path) -> Iterator[Mapping[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=4096):
                yield from batch.to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise BenchmarkError(f"{path} cannot be read as Parquet: {error}") from error
