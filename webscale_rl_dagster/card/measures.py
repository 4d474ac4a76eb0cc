"""What is counted of all pairs of a release as they stream by: lengths, pass rates, personas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from math import ceil
from typing import Any

import numpy as np
import polars as pl

from webscale_rl_dagster.card.sample import Sample

SAMPLED = 2000
"""Pairs that diversity is measured on."""
NAMED = 20
"""Personas that are named."""
PERSONAS = 100_000
"""Personas that are counted at least; from twice as many on, the rarest are forgotten."""

_EDGES = {"question": range(0, 101, 5), "answer": range(21)}
_RATES = ("open_book", "closed_book")
_TENTHS = 10


class Measures:
    """Counts of what was added; memory does not grow with the pairs.

    It holds a count of every length in words, of which there are few (n of them take n²/2 words),
    and of at most twice `personas` personas.
    """

    def __init__(self, *, seed: int = 0, personas: int = PERSONAS) -> None:
        self.sample = Sample(SAMPLED, seed)
        self._lengths = {name: _Lengths(edges) for name, edges in _EDGES.items()}
        self._rates = {name: _Rates() for name in _RATES}
        self._personas = _Personas(personas)

    def add(self, frame: pl.DataFrame) -> None:
        """Rows of `dataset_release`."""
        for name, lengths in self._lengths.items():
            lengths.add(frame[name])
        for name, rates in self._rates.items():
            rates.add(frame[f"{name}_rate"])
        self._personas.add(frame["persona"])
        self.sample.add(frame)

    def summary(self, diversity: dict[str, Any] | None) -> dict[str, Any]:
        """For the manifest. A median, percentile or mean of nothing is null.

        The last bin of lengths holds all that are longer, too. A bin holds its lower edge and not
        its upper one, but for a rate of 1.
        """
        return {
            "lengths": {name: lengths.summary() for name, lengths in self._lengths.items()},
            "pass_rates": {name: rates.summary() for name, rates in self._rates.items()},
            "personas": self._personas.summary(),
            "diversity": diversity,
        }


class _Lengths:
    """Words are what white space parts."""

    def __init__(self, edges: Sequence[int]) -> None:
        self._edges = list(edges)
        self._counts: Counter[int] = Counter()

    def add(self, texts: pl.Series) -> None:
        lengths = texts.drop_nulls().str.count_matches(r"\S+")
        self._counts.update(dict(lengths.value_counts().iter_rows()))

    def summary(self) -> dict[str, Any]:
        lengths = sorted(self._counts)
        counts = [self._counts[length] for length in lengths]
        bins = np.searchsorted(self._edges[1:-1], lengths, side="right")
        histogram = np.bincount(bins, counts, len(self._edges) - 1)
        return {
            "unit": "words",
            "median": _nearest_rank(lengths, counts, 0.5),
            "p95": _nearest_rank(lengths, counts, 0.95),
            "longest": lengths[-1] if lengths else None,
            "histogram": {"edges": self._edges, "counts": [int(count) for count in histogram]},
        }


def _nearest_rank(lengths: list[int], counts: list[int], share: float) -> int | None:
    """The least length that this share of the texts does not exceed."""
    rank = ceil(share * sum(counts))
    reached = zip(lengths, accumulate(counts), strict=True)
    return next((length for length, texts in reached if texts >= rank), None)


class _Rates:
    def __init__(self) -> None:
        self._sum = 0.0
        self._counts = np.zeros(_TENTHS, np.int64)

    def add(self, rates: pl.Series) -> None:
        measured = rates.drop_nulls().cast(pl.Float64).to_numpy()
        tenths = (measured * _TENTHS).astype(np.int64).clip(0, _TENTHS - 1)
        self._counts += np.bincount(tenths, minlength=_TENTHS)
        self._sum += float(measured.sum())

    def summary(self) -> dict[str, Any]:
        measured = int(self._counts.sum())
        return {
            "measured": measured,
            "mean": round(self._sum / measured, 4) if measured else None,
            "histogram": {
                "edges": [edge / _TENTHS for edge in range(_TENTHS + 1)],
                "counts": self._counts.tolist(),
            },
        }


class _Personas:
    """Once the rarest were forgotten, the number of personas is a lower bound.

    So are then the counts of those that were rare and came again.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._counts: Counter[str] = Counter()
        self._distinct = 0
        self._forgotten = False

    def add(self, personas: pl.Series) -> None:
        self._counts.update(dict(personas.drop_nulls().value_counts().iter_rows()))
        self._distinct = max(self._distinct, len(self._counts))
        if len(self._counts) > 2 * self._most:
            self._counts = Counter(dict(self._frequent(self._most)))
            self._forgotten = True

    def summary(self) -> dict[str, Any]:
        return {
            "distinct": self._distinct,
            "at_least": self._forgotten,
            "most_frequent": dict(self._frequent(NAMED)),
        }

    def _frequent(self, number: int) -> list[tuple[str, int]]:
        """Equals by name."""
        return sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))[:number]
