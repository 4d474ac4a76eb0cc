"""How much another persona adds to a document: do its questions differ from those there were?"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from webscale_rl_dagster.card.distances import Vectors, pairs_among, pairs_within

NEW = 0.2
"""Distance of a question to all earlier ones of its document from which it is a new one."""


def persona_effect(sample: pl.DataFrame, vectors: Vectors) -> dict[str, Any]:
    """Mean distances of questions; means over documents, so that a long one counts once.

    `documents` have questions by two personas or more; `within_persona` is of all documents.
    A further persona's questions are compared with those of the personas before it, in the order
    of their least `qa_id`, which is no order at all. None where there is nothing to compare.

    Args:
        sample: With `qa_id`, `document_id` and `persona`.
        vectors: Of its questions.
    """
    rows = sample.select("qa_id", "document_id", pl.col("persona").fill_null("")).with_row_index()
    documents = [
        [vectors[indices] for indices in _by_persona(document)]
        for _, document in rows.sort("document_id", "qa_id").group_by(
            "document_id", maintain_order=True
        )
    ]
    several = [groups for groups in documents if len(groups) > 1]
    wholes = [np.concatenate(groups) for groups in documents]
    between = [
        pairs_among(np.concatenate(groups)).without(pairs_within(groups)).mean_distance()
        for groups in several
    ]
    within = [pairs_within(groups).mean_distance() for groups in documents]
    new = [one for groups in several for one in _distances_to_earlier(groups) > NEW]
    return {
        "documents": len(several),
        "between_personas": _mean(between),
        "within_persona": _mean(within),
        "between_documents": pairs_among(vectors).without(pairs_within(wholes)).mean_distance(),
        "new_share": _mean([float(one) for one in new]),
    }


def _by_persona(document: pl.DataFrame) -> list[list[int]]:
    """Indices of each persona's questions."""
    return document.group_by("persona", maintain_order=True).agg("index")["index"].to_list()


def _distances_to_earlier(groups: list[Vectors]) -> Vectors:
    """Of each question of the second and later groups, to the nearest one of the groups before."""
    distances = [
        1 - (groups[number] @ np.concatenate(groups[:number]).T).max(axis=1)
        for number in range(1, len(groups))
    ]
    return np.concatenate(distances)


def _mean(values: list[float | None] | list[float]) -> float | None:
    found = [value for value in values if value is not None]
    return sum(found) / len(found) if found else None
