"""Which benchmark entries stand in which texts of a batch: candidates, then a score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from webscale_rl_dagster.decontamination.index import GRAM, SHORTEST
from webscale_rl_dagster.decontamination.lookup import Lookup, Matches
from webscale_rl_dagster.decontamination.words import (
    Places,
    Words,
    run_hashes,
    whole_hashes,
)


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches of texts that have to do with one entry; columns of one length."""

    text: Places
    entry: Places
    first: Places
    """Its first word in the batch."""
    last: Places

    def where(self, chosen: npt.NDArray[np.bool_]) -> Self:
        return type(self)(*(getattr(self, column.name)[chosen] for column in fields(self)))


@dataclass(frozen=True, slots=True)
class Passages(Spans):
    """Stretches that share n-grams with their entry."""

    covered: npt.NDArray[np.int64]
    """Words of the stretch that the shared n-grams cover."""
    weight: npt.NDArray[np.float64]
    """What the covered words come to, as `weight` of an entry is counted."""
    run: npt.NDArray[np.int64]
    """Words of the longest stretch that is word for word the entry's."""


def passages(words: Words, lookup: Lookup) -> Passages:
    """All of them, confirmed or not."""
    hashes = run_hashes(words.hashes, GRAM)
    places = lookup.bits.passing(hashes)
    text = np.searchsorted(words.first, places, side="right") - 1
    places = places[places + GRAM <= words.first[text + 1]]
    matches = lookup.grams(hashes[places], places)
    return _gathered(matches, hashes, words, lookup)


def _gathered(
    matches: Matches, hashes: npt.NDArray[np.uint64], words: Words, lookup: Lookup
) -> Passages:
    """Matches of one entry in one text, cut where more words lie between than the entry has."""
    text = np.searchsorted(words.first, matches.place, side="right") - 1
    order = np.lexsort((matches.place, matches.entry, text))
    text, entry = text[order], matches.entry[order]
    place, weight = matches.place[order], matches.weight[order]
    starts = _starts(text, entry, place, lookup.entries["words"][entry])
    group = np.cumsum(starts) - 1
    once = _first_of_each(group, hashes[place])
    ends = np.append(starts[1:], True) if len(starts) else starts
    step = np.append(np.diff(place), 0)
    step[ends] = GRAM
    step = np.minimum(step, GRAM)
    joined = np.zeros(len(place), dtype=np.bool_)
    joined[1:] = (step[:-1] == 1) & ~starts[1:]
    size = int(group[-1]) + 1 if len(group) else 0
    return Passages(
        text=text[starts],
        entry=entry[starts],
        first=place[starts],
        last=place[ends] + GRAM - 1,
        covered=np.bincount(group, weights=step * once, minlength=size).astype(np.int64),
        weight=np.bincount(group, weights=weight * step * once, minlength=size).astype(float),
        run=_longest(joined, group, size) + GRAM,
    )


def _starts(
    text: Places, entry: Places, place: Places, length: npt.NDArray[Any]
) -> npt.NDArray[np.bool_]:
    starts = np.ones(len(place), dtype=np.bool_)
    starts[1:] = (
        (text[1:] != text[:-1]) | (entry[1:] != entry[:-1]) | (np.diff(place) > length[1:] + GRAM)
    )
    return starts


def _first_of_each(group: Places, hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """Whether an n-gram is in its group for the first time: repeating it proves nothing."""
    order = np.lexsort((hashes, group))
    again = np.zeros(len(order), dtype=np.bool_)
    again[1:] = (group[order][1:] == group[order][:-1]) & (hashes[order][1:] == hashes[order][:-1])
    once = np.ones(len(order), dtype=np.bool_)
    once[order] = ~again
    return once


def _longest(joined: npt.NDArray[np.bool_], group: Places, size: int) -> npt.NDArray[np.int64]:
    """The most matches in a row, of each group, that follow one another by one word."""
    index = np.arange(len(joined))
    since = np.maximum.accumulate(np.where(joined, 0, index)) if len(index) else index
    result = np.zeros(size, dtype=np.int64)
    np.maximum.at(result, group, index - since)
    return result


def short_questions(words: Words, lookup: Lookup, whole_rows: Sequence[bool]) -> Spans:
    """Questions too short for n-grams that stand whole in a text.

    One of three or four words must be all of its text, and the text one of `whole_rows`.
    """
    found: list[tuple[Places, Places, Places]] = []
    ends = words.first[1:]
    for length in range(SHORTEST, GRAM):
        hashes = run_hashes(words.hashes, length)
        places = lookup.short_bits[length].passing(hashes)
        text = np.searchsorted(words.first, places, side="right") - 1
        places = places[places + length <= ends[text]]
        place, entry = lookup.whole(hashes[places], places)
        found.append((entry, place, place + length - 1))
    counts = words.count()
    rows = np.flatnonzero((counts < SHORTEST) & (counts > 0) & np.array(whole_rows, dtype=bool))
    row, entry = lookup.whole(whole_hashes(words)[rows], rows)
    found.append((entry, words.first[row], ends[row] - 1))
    entry, first, last = (np.concatenate(column) for column in zip(*found, strict=True))
    return Spans(np.searchsorted(words.first, first, side="right") - 1, entry, first, last)
