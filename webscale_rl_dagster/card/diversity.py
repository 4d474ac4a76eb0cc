"""How different the questions of a release are, in numbers and as a map, measured on a sample."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from webscale_rl_dagster.card.distances import (
    Vectors,
    effective_number,
    nearest,
    pairs_among,
    vendi_score,
)
from webscale_rl_dagster.card.embedding import MODEL, embed
from webscale_rl_dagster.card.persona_effect import persona_effect

NEAR_DUPLICATE = 0.05
"""Distance to the nearest question below which one is nearly the same."""

_WORD = re.compile(r"\w+")
_CLUSTERS, _CLUSTER_SIZE = 50, 10
_MAPPED = 100
"""Distinct questions from which t-SNE, of perplexity 30, has neighbours to place them by."""


def diversity(sample: pl.DataFrame, *, seed: int = 0) -> tuple[dict[str, Any], pl.DataFrame]:
    """Numbers for the manifest and a map: columns `x`, `y`, `domain`, a row for each question.

    Distances are cosine distances of the vectors of `embedding.MODEL`, floats have four digits.
    None stands where a number has no meaning, as of distances among fewer than two questions.

    Args:
        sample: Columns of `sample.COLUMNS`; the order of its rows does not matter.
        seed: Of the clusters and of t-SNE, which mostly needs no chance.
    """
    sample = sample.sort("qa_id")
    questions = sample["question"].to_list()
    vectors = embed(questions).astype(np.float64)
    points, sizes = np.unique(vectors.round(5), axis=0, return_counts=True)
    distances = nearest(vectors)
    score = vendi_score(vectors)
    numbers = {
        "pairs": sample.height,
        "documents": sample["document_id"].n_unique(),
        "seed": seed,
        "model": MODEL,
        "distinct_ngrams": _distinct_ngrams(questions),
        "vendi_score": score,
        "vendi_share": None if score is None else score / sample.height,
        "mean_pairwise_distance": pairs_among(vectors).mean_distance(),
        "mean_nearest_distance": _mean(distances),
        "near_duplicates_share": _mean(distances < NEAR_DUPLICATE),
        "clusters": _clusters(points, sizes, seed),
        "by_domain": _by_domain(sample, vectors),
        "persona_effect": persona_effect(sample, vectors),
    }
    places = _places(vectors, len(points), seed)
    mapped = pl.DataFrame({"x": places[:, 0], "y": places[:, 1], "domain": sample["domain"]})
    rounded: dict[str, Any] = _rounded(numbers)
    return rounded, mapped


def _distinct_ngrams(questions: list[str]) -> dict[str, float | None]:
    """Distinct runs of n words over all of them, for n from 1 to 3."""
    texts = [_WORD.findall(question.lower()) for question in questions]
    shares: dict[str, float | None] = {}
    for n in (1, 2, 3):
        runs = [
            run
            for words in texts
            for run in zip(*(islice(words, start, None) for start in range(n)), strict=False)
        ]
        shares[str(n)] = len(set(runs)) / len(runs) if runs else None
    return shares


def _clusters(points: Vectors, sizes: npt.NDArray[Any], seed: int) -> dict[str, Any]:
    """How evenly the questions fall into clusters of their own subjects."""
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    questions = int(sizes.sum())
    count = min(_CLUSTERS, max(questions // _CLUSTER_SIZE, 1), len(points))
    if not count:
        return {"count": 0, "occupied_evenly": None, "smallest": None, "largest": None}
    with threadpool_limits(1):  # sums of several threads differ from run to run
        found = KMeans(count, random_state=seed).fit(points, sample_weight=sizes)
    occupied = np.bincount(found.labels_, sizes, count)
    return {
        "count": count,
        "occupied_evenly": effective_number(occupied) / count,
        "smallest": int(occupied.min()),
        "largest": int(occupied.max()),
    }


def _by_domain(sample: pl.DataFrame, vectors: Vectors) -> dict[str, dict[str, Any]]:
    """The most frequent first."""
    domains = sample["domain"].fill_null("unstated")
    counts = domains.value_counts(name="pairs").sort(["pairs", "domain"], descending=[True, False])
    return {
        domain: {
            "pairs": pairs,
            "mean_pairwise_distance": pairs_among(
                vectors[(domains == domain).to_numpy()]
            ).mean_distance(),
        }
        for domain, pairs in counts.iter_rows()
    }


def _places(vectors: Vectors, distinct: int, seed: int) -> Vectors:
    """By t-SNE, of a few questions by their principal components."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    if distinct < 2:
        return np.zeros((len(vectors), 2))
    mapping = PCA(2, svd_solver="full")
    if distinct >= _MAPPED:
        mapping = TSNE(init="pca", max_iter=500, random_state=seed)
    with threadpool_limits(1):
        places: Vectors = mapping.fit_transform(vectors).astype(np.float64)
    return places


def _mean(values: npt.NDArray[Any]) -> float | None:
    return float(values.mean()) if len(values) else None


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    return round(value, 4) if isinstance(value, float) else value
