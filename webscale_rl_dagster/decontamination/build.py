"""Makes an index of benchmark files, in memory that grows by some 100 bytes an item."""

from __future__ import annotations

import itertools
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from webscale_rl_dagster.decontamination import slices
from webscale_rl_dagster.decontamination.index import (
    ENTRY_COLUMNS,
    GRAM,
    GRAM_COLUMNS,
    PARTS,
    IndexedFile,
    Summary,
    owners,
)
from webscale_rl_dagster.decontamination.items import Fields, Item, Source, items
from webscale_rl_dagster.decontamination.words import (
    Hashes,
    Places,
    run_hashes,
    whole_hashes,
    words_of,
)
from webscale_rl_dagster.errors import BenchmarkError

_TOGETHER = 2048
_FEWEST_WORDS = (3, 13, 13)
"""A question, options, an answer of fewer words are not looked for; by their place in `PARTS`."""

_RARITY = 0.1
"""An entry whose words are on average in more than ten entries of its benchmark is no evidence."""

_DISTINCT = 4
"""Distinct words an n-gram needs: `1 1 1 1 1 1 1 1` stands in any table of numbers."""

_ENTRY = np.dtype([(name, kind.to_pandas_dtype()) for name, kind in zip(
    ENTRY_COLUMNS.names, ENTRY_COLUMNS.types, strict=True)])  # fmt: skip
_GRAM = np.dtype([("hash", np.uint64), ("entry", np.uint32), ("covers", np.uint8)])


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Files of one benchmark and the fields to read of them."""

    name: str
    sources: Sequence[Source]
    fields: Fields = Fields()


def build(name: str, benchmarks: Sequence[Benchmark], path: Path) -> Summary:
    """Write the index of all of them to a file.

    Raises:
        BenchmarkError: a file cannot be read, a field is missing, or nothing is to be found.
    """
    with tempfile.TemporaryDirectory() as folder:
        gathered = _Gathered(Path(folder) / "grams")
        for benchmark in benchmarks:
            gathered.add(benchmark)
        grams = gathered.grams()
        if not any(map(len, gathered.entries)):
            raise BenchmarkError(f"{name}: no item has a question of three words or more")
        entries = np.concatenate(gathered.entries)
        owner = owners(gathered.files)[entries["source"]]
        ngrams = Path(folder) / "ngrams.parquet"
        written = _write_grams(grams, entries, owner, ngrams)
        _weigh_short(entries, owner)
        entries["weight"][entries["weight"] < _RARITY * entries["words"]] = 0
        found = np.unique(entries[["source", "row"]][entries["weight"] > 0])
        summary = Summary(
            name=name,
            files=tuple(gathered.files),
            items=gathered.items,
            repeated=gathered.repeated,
            unseen=gathered.items - len(found),
            entries=len(entries),
            ngrams=written,
        )
        _pack(path, summary, entries, ngrams)
    return summary


class _Gathered:
    """What the files hold, the n-grams in a file of their own."""

    def __init__(self, path: Path) -> None:
        self.entries: list[npt.NDArray[np.void]] = []
        self.files: list[IndexedFile] = []
        self.items = self.repeated = 0
        self._path = path
        self._count = 0
        path.touch()

    def add(self, benchmark: Benchmark) -> None:
        seen: set[int] = set()
        for source in benchmark.sources:
            before = self.items
            with self._path.open("ab") as file:
                for some in _batches(items(source, benchmark.fields)):
                    for grams in self._batch(some, seen):
                        grams.tofile(file)
            self.files.append(
                IndexedFile(
                    benchmark.name, source.name, source.split, source.sha256, self.items - before
                )
            )

    def grams(self) -> npt.NDArray[np.void]:
        if not self._path.stat().st_size:
            return np.empty(0, dtype=_GRAM)
        return np.memmap(self._path, dtype=_GRAM, mode="r")

    def _batch(self, some: Sequence[Item], seen: set[int]) -> Iterator[npt.NDArray[np.void]]:
        fresh = _unseen(some, seen)
        self.items += len(fresh)
        self.repeated += len(some) - len(fresh)
        texts: list[str] = []
        entry_of_text: list[int] = []
        rows: list[tuple[int, int]] = []
        for item in fresh:
            for part, segments in enumerate(((item.question,), item.options, (item.answer,))):
                if any(segments):
                    texts += segments
                    entry_of_text += [len(rows)] * len(segments)
                    rows.append((item.row, part))
        if rows:
            yield self._entries(texts, np.array(entry_of_text), np.array(rows))

    def _entries(
        self, texts: list[str], entry_of_text: npt.NDArray[Any], rows: npt.NDArray[Any]
    ) -> npt.NDArray[np.void]:
        """Adds the entries of a batch that are long enough; returns their n-grams."""
        words = words_of(texts)
        counts = words.count()
        part = rows[:, 1]
        whole = counts * ((counts >= GRAM) | (part[entry_of_text] != PARTS.index("options")))
        lengths = np.bincount(entry_of_text, weights=whole, minlength=len(rows)).astype(np.uint32)
        kept = lengths >= np.array(_FEWEST_WORDS)[part]
        numbers = np.cumsum(kept) - 1 + self._count
        entries = np.zeros(len(rows), dtype=_ENTRY)
        entries["source"] = len(self.files)
        entries["row"], entries["part"], entries["words"] = rows[:, 0], part, lengths
        entries["whole"][entry_of_text] = np.where(counts < GRAM, whole_hashes(words), 0)
        self.entries.append(entries[kept])
        self._count += int(kept.sum())

        hashes = run_hashes(words.hashes, GRAM)
        text = words.text()
        within = np.flatnonzero(text[: len(hashes)] == text[GRAM - 1 :])
        within = within[kept[entry_of_text[text[within]]]]
        within = within[_distinct(words.hashes, within) >= _DISTINCT]
        grams = np.empty(len(within), dtype=_GRAM)
        grams["hash"] = hashes[within]
        grams["entry"] = numbers[entry_of_text[text[within]]]
        grams["covers"] = np.where(within + GRAM == words.first[1:][text[within]], GRAM, 1)
        return grams


def _distinct(words: Hashes, places: Places) -> Places:
    """How many different words each n-gram has."""
    if not len(places):
        return places
    grams = np.sort(np.lib.stride_tricks.sliding_window_view(words, GRAM)[places], axis=1)
    changes: Places = np.count_nonzero(grams[:, 1:] != grams[:, :-1], axis=1)
    return changes + 1


def _batches(found: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(found)
    while some := list(itertools.islice(rest, _TOGETHER)):
        yield some


def _unseen(some: Sequence[Item], seen: set[int]) -> list[Item]:
    """Those whose question and options, in any order, no earlier item has."""
    words = words_of([text for item in some for text in (item.question, *item.options)])
    hashes = iter(whole_hashes(words).tolist())
    fresh: list[Item] = []
    for item in some:
        question = next(hashes)
        options = sum(next(hashes) ** 2 for _ in item.options)
        identity = (question * 3 + options) & (1 << 64) - 1
        if identity not in seen:
            seen.add(identity)
            fresh.append(item)
    return fresh


def _write_grams(
    grams: npt.NDArray[np.void],
    entries: npt.NDArray[np.void],
    owner: npt.NDArray[np.int64],
    path: Path,
) -> int:
    """Sorted and each once per entry; adds what each weighs to its entry's weight."""
    written = 0
    with pq.ParquetWriter(
        path,
        GRAM_COLUMNS,
        compression="zstd",
        use_dictionary=False,
        column_encoding={"hash": "DELTA_BINARY_PACKED", "entry": "PLAIN"},
    ) as writer:
        for first, last in slices.bounds(len(grams)):
            part = grams[slices.inside(grams["hash"], first, last)]
            part = part[np.lexsort((part["entry"], owner[part["entry"]], part["hash"]))]
            again = np.zeros(len(part), dtype=np.bool_)
            again[1:] = (part["hash"][1:] == part["hash"][:-1]) & (
                part["entry"][1:] == part["entry"][:-1]
            )
            part = part[~again]
            starts = np.ones(len(part), dtype=np.bool_)
            by = owner[part["entry"]]
            starts[1:] = (part["hash"][1:] != part["hash"][:-1]) | (by[1:] != by[:-1])
            shared = np.diff(np.append(np.flatnonzero(starts), len(part)))
            weight = part["covers"] / np.repeat(shared, shared)
            np.add.at(entries["weight"], part["entry"], weight.astype(np.float32))
            writer.write_table(
                pa.table({"hash": part["hash"], "entry": part["entry"]}, schema=GRAM_COLUMNS)
            )
            written += len(part)
    return written


def _weigh_short(entries: npt.NDArray[np.void], owner: npt.NDArray[np.int64]) -> None:
    """Words over the items of its benchmark that ask the same with other options."""
    short = np.flatnonzero(entries["words"] < GRAM)
    keys = np.stack((entries["whole"][short], owner[short].astype(np.uint64)))
    _, which, alike = np.unique(keys, axis=1, return_inverse=True, return_counts=True)
    entries["weight"][short] = entries["words"][short] / alike[which.ravel()]


def _pack(path: Path, summary: Summary, entries: npt.NDArray[np.void], ngrams: Path) -> None:
    table = pa.table({name: entries[name] for name in ENTRY_COLUMNS.names}, schema=ENTRY_COLUMNS)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
        file.writestr(_member("benchmark.json"), summary.to_json())
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression="zstd")
        file.writestr(_member("entries.parquet"), sink.getvalue().to_pybytes())
        with file.open(_member("ngrams.parquet"), "w", force_zip64=True) as out:
            with ngrams.open("rb") as data:
                while block := data.read(1 << 20):
                    out.write(block)


def _member(name: str) -> zipfile.ZipInfo:
    """Without the time of day: equal benchmarks make equal files."""
    return zipfile.ZipInfo(name)
