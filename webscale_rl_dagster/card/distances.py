"""How vectors of length one spread, by cosine distance: 0 if parallel, 1 if orthogonal.

Mean distances take no pairwise matrix: the similarities of all pairs add up to half of what the
squared length of the sum exceeds the squared lengths by.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float64]
"""A row of length one for each text."""


class Pairs(NamedTuple):
    """Unordered pairs of vectors."""

    number: int
    similarity: float
    """Of all of them, added up."""

    def without(self, others: Pairs) -> Pairs:
        """What is left if these are taken out."""
        return Pairs(self.number - others.number, self.similarity - others.similarity)

    def mean_distance(self) -> float | None:
        """None if there is no pair."""
        if not self.number:
            return None
        return min(max(1 - self.similarity / self.number, 0.0), 2.0)


def pairs_among(vectors: Vectors) -> Pairs:
    """All pairs of them."""
    number = len(vectors)
    total = vectors.sum(axis=0)
    similarity = (total @ total - np.square(vectors).sum()) / 2
    return Pairs(number * (number - 1) // 2, float(similarity))


def pairs_within(groups: list[Vectors]) -> Pairs:
    """All pairs of two vectors of one group."""
    among = [pairs_among(vectors) for vectors in groups]
    return Pairs(sum(pairs.number for pairs in among), sum(pairs.similarity for pairs in among))


def nearest(vectors: Vectors) -> Vectors:
    """Of each, the distance to the nearest other one; empty if there are fewer than two."""
    from sklearn.neighbors import NearestNeighbors

    if len(vectors) < 2:
        return np.empty(0)
    neighbours = NearestNeighbors(n_neighbors=1, metric="cosine", algorithm="brute").fit(vectors)
    distances: Vectors = neighbours.kneighbors()[0][:, 0]
    return distances.clip(0, 2)


def vendi_score(vectors: Vectors) -> float | None:
    """How many vectors, all orthogonal, would be as diverse; None of none.

    The exponential of the entropy of the eigenvalues of K/n, where K holds the similarities of all
    n vectors (Friedman and Dieng, TMLR 2023, arXiv:2210.02410). But for zeros they are those of the
    covariance, so the score is at most the number of dimensions.
    """
    if not len(vectors):
        return None
    return effective_number(np.linalg.eigvalsh(vectors.T @ vectors))


def effective_number(weights: npt.NDArray[Any]) -> float:
    """The exponential of their entropy: how many equal ones would spread as widely."""
    shares = weights[weights > 0] / weights[weights > 0].sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))
