"""Indexes merged into files that many processes map, and what of a text is in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import orjson

from webscale_rl_dagster.decontamination import slices
from webscale_rl_dagster.decontamination.index import (
    GRAM,
    SHORTEST,
    IndexedFile,
    IndexFile,
    owners,
)
from webscale_rl_dagster.decontamination.words import Hashes, Places

_BITS_PER_KEY = 16
"""At least; of sixteen n-grams at most one passes that should not, and is looked up."""

_MOST_ENTRIES = 1000
"""What more entries than these have is boilerplate, in any profile."""


class Bits:
    """A table of bits addressed by a hash's high bits: what is in no index rarely passes."""

    def __init__(self, table: npt.NDArray[np.uint8]) -> None:
        self._table = table
        self._shift = np.uint64(64 - (len(table) * 8 - 1).bit_length())

    @classmethod
    def sized(cls, keys: int) -> Self:
        return cls(np.zeros(1 << max(6, (keys * _BITS_PER_KEY // 8).bit_length()), dtype=np.uint8))

    @classmethod
    def of(cls, hashes: Hashes) -> Self:
        bits = cls.sized(len(hashes))
        bits.add(hashes)
        return bits

    def add(self, hashes: Hashes) -> None:
        address = hashes >> self._shift
        np.bitwise_or.at(self._table, (address >> _BYTE).view(np.int64), _bit(address))

    def passing(self, hashes: Hashes) -> Places:
        """Places of those hashes that may be in the table."""
        address = hashes >> self._shift
        found = self._table[(address >> _BYTE).view(np.int64)] & _bit(address)
        return np.flatnonzero(found)

    def save(self, path: Path) -> None:
        self._table.tofile(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        return cls(np.fromfile(path, dtype=np.uint8))


_BYTE = np.uint64(3)
_IN_BYTE = np.uint64(7)


def _bit(address: Hashes) -> npt.NDArray[np.uint8]:
    return np.uint8(1) << (address & _IN_BYTE).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Matches:
    """Pairs of a place in the words and an entry that has the n-gram there."""

    place: Places
    entry: npt.NDArray[np.int64]
    weight: npt.NDArray[np.float64]
    """1 / entries of the same benchmark that have the n-gram."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """Read-only, its large parts mapped from the folder that `merge` filled."""

    files: tuple[IndexedFile, ...]
    entries: dict[str, npt.NDArray[Any]]
    """The columns of an index's entries, and `owner`, the number of its benchmark."""
    hashes: Hashes
    gram_entry: npt.NDArray[np.uint32]
    bits: Bits
    short: npt.NDArray[np.int64]
    """Entries too short for n-grams, by their `whole`."""
    short_whole: Hashes
    short_bits: dict[int, Bits]
    """By the words of a question that is found within a text."""

    @classmethod
    def load(cls, folder: Path) -> Lookup:
        files = tuple(
            IndexedFile(**one) for one in orjson.loads((folder / "files.json").read_bytes())
        )
        entries = {
            path.stem: np.load(path, mmap_mode="r") for path in (folder / "entries").iterdir()
        }
        short = np.flatnonzero((entries["words"] < GRAM) & (entries["weight"] > 0))
        short = short[np.argsort(entries["whole"][short], kind="stable")]
        return cls(
            files,
            entries,
            _mapped(folder / "hashes", np.uint64),
            _mapped(folder / "entry", np.uint32),
            Bits.load(folder / "bits"),
            short,
            entries["whole"][short],
            {
                length: Bits.of(entries["whole"][short[entries["words"][short] == length]])
                for length in range(SHORTEST, GRAM)
            },
        )

    def grams(self, hashes: Hashes, places: Places) -> Matches:
        """Of n-grams at those places, which entries have them."""
        low = np.searchsorted(self.hashes, hashes, side="left")
        there = low < len(self.hashes)
        there[there] = self.hashes[low[there]] == hashes[there]
        low, places, hashes = low[there], places[there], hashes[there]
        many = np.searchsorted(self.hashes, hashes, side="right") - low
        few = many <= _MOST_ENTRIES
        low, places, many = low[few], places[few], many[few]
        which = np.repeat(np.arange(len(places)), many)
        nth = np.arange(len(which)) - np.repeat(np.cumsum(many) - many, many)
        entry = self.gram_entry[low[which] + nth].astype(np.int64)
        return Matches(places[which], entry, 1.0 / self._shared(which, entry))

    def whole(self, hashes: Hashes, places: Places) -> tuple[Places, Places]:
        """Places where a short question stands whole, and its entry; each as often as it is."""
        low = np.searchsorted(self.short_whole, hashes, side="left")
        many = np.searchsorted(self.short_whole, hashes, side="right") - low
        which = np.repeat(np.arange(len(places)), many)
        nth = np.arange(len(which)) - np.repeat(np.cumsum(many) - many, many)
        return places[which], self.short[low[which] + nth]

    def _shared(
        self, which: npt.NDArray[np.int64], entry: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        """For each pair, how many entries of its benchmark are paired with the same n-gram."""
        key = which << 32 | self.entries["owner"][entry]
        _, inverse, counts = np.unique(key, return_inverse=True, return_counts=True)
        shared: npt.NDArray[np.int64] = counts[inverse]
        return shared


def merge(indexes: Sequence[IndexFile], folder: Path) -> None:
    """Fill an empty folder with what `Lookup.load` reads; memory does not grow with n-grams."""
    files: list[IndexedFile] = []
    columns: list[dict[str, npt.NDArray[Any]]] = []
    first_entry = [0]
    for number, index in enumerate(indexes):
        entries = index.entries()
        entries["owner"] = owners(index.summary.files)[entries["source"]] + len(files)
        entries["source"] = entries["source"].astype(np.uint32) + np.uint32(len(files))
        files += index.summary.files
        columns.append(entries)
        first_entry.append(first_entry[-1] + len(entries["row"]))
        with (folder / f"{number}.h").open("wb") as h, (folder / f"{number}.e").open("wb") as e:
            index.copy_grams(h, e)
    (folder / "files.json").write_bytes(orjson.dumps(files))
    (folder / "entries").mkdir()
    for name in columns[0]:
        column = np.concatenate([entries[name] for entries in columns])
        np.save(folder / "entries" / f"{name}.npy", column)
    _merge_grams(len(indexes), first_entry, folder)


def _merge_grams(number: int, first_entry: Sequence[int], folder: Path) -> None:
    """Read, not mapped: mapped pages would stay in memory beside the result's."""
    hash_paths = [folder / f"{n}.h" for n in range(number)]
    entry_paths = [folder / f"{n}.e" for n in range(number)]
    total = sum(path.stat().st_size for path in hash_paths) // 8
    bits = Bits.sized(total)
    done = [0] * number
    with (folder / "hashes").open("wb") as hash_file, (folder / "entry").open("wb") as entry_file:
        for _, last in slices.bounds(total):
            hashes, entries = [], []
            for n in range(number):
                count = _up_to(hash_paths[n], last) - done[n]
                hashes.append(np.fromfile(hash_paths[n], np.uint64, count, offset=done[n] * 8))
                part = np.fromfile(entry_paths[n], np.uint32, count, offset=done[n] * 4)
                entries.append(part + np.uint32(first_entry[n]))
                done[n] += count
            together, of = np.concatenate(hashes), np.concatenate(entries)
            order = np.lexsort((of, together))
            together[order].tofile(hash_file)
            of[order].tofile(entry_file)
            bits.add(together)
    bits.save(folder / "bits")
    for path in (*hash_paths, *entry_paths):
        path.unlink()


def _up_to(path: Path, last: np.uint64) -> int:
    """How many of a file's sorted hashes are no greater."""
    return int(np.searchsorted(_mapped(path, np.uint64), last, side="right"))


def _mapped(path: Path, kind: type[Any]) -> npt.NDArray[Any]:
    """An empty file cannot be mapped."""
    if not path.stat().st_size:
        return np.empty(0, dtype=kind)
    return np.memmap(path, dtype=kind, mode="r")
