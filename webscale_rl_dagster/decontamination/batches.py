"""Rows and their texts, some at a time, so that memory grows with neither."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from webscale_rl_dagster.decontamination.scanning import Hit, Text

Row = TypeVar("Row")

_CHARACTERS, _TEXTS = 400_000, 4096
"""What one step holds in memory at least; half a megabyte stays in a core's cache."""

_OVERLAP = 40_000
"""Characters that two pieces of a longer text share: an item of no more is whole in one of them."""


@dataclass(slots=True)
class Batch(Generic[Row]):
    """Texts, and the rows all of whose texts are in batches up to this one."""

    texts: list[Text] = field(default_factory=list)
    """Their ids are their places in the batch."""
    complete: list[Row] = field(default_factory=list)
    of: list[tuple[int, int]] = field(default_factory=list)
    """For each text the number of its row, and the characters of the whole text before it."""

    def moved(self, hit: Hit) -> Hit:
        """As a hit of the whole text; its id the number of the row."""
        row, start = self.of[int(hit.id)]
        return hit._replace(id=str(row), start=hit.start + start, end=hit.end + start)


def batched(
    rows: Iterable[Row], texts: Callable[[Row], Iterable[tuple[str, str]]]
) -> Iterator[Batch[Row]]:
    """Rows with their (field, text) texts."""
    batch: Batch[Row] = Batch()
    left = _CHARACTERS
    for number, row in enumerate(rows):
        for name, text in texts(row):
            for start, piece in _pieces(text):
                if left <= 0 or len(batch.texts) >= _TEXTS:
                    yield batch
                    batch, left = Batch(), _CHARACTERS
                batch.texts.append((str(len(batch.texts)), name, piece))
                batch.of.append((number, start))
                left -= len(piece)
        batch.complete.append(row)
        if left <= 0 or len(batch.texts) >= _TEXTS or len(batch.complete) >= _TEXTS:
            yield batch
            batch, left = Batch(), _CHARACTERS
    if batch.complete:
        yield batch


def _pieces(text: str) -> Sequence[tuple[int, str]]:
    if len(text) <= _CHARACTERS + _OVERLAP:
        return ((0, text),)
    starts = range(0, len(text) - _OVERLAP, _CHARACTERS)
    return [(start, text[start : start + _CHARACTERS + _OVERLAP]) for start in starts]
