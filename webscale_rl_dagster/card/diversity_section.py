"""Diversity in numbers, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webscale_rl_dagster.card.blocks import Block, Section, Table, said
from webscale_rl_dagster.card.pictures import DIVERSITY, diversity
from webscale_rl_dagster.card.values import count, decimal, share

_HOW = (
    "Of the questions of {pairs} pairs from {documents} documents, whole documents chosen by a "
    "keyed hash (seed {seed}). Distances are cosine distances between embeddings by {model}: 0 is "
    "the same direction, 1 nothing in common. Numbers of samples of different sizes do not compare."
)
_MEANINGS = {
    "vendi_score": "So many wholly different questions would be as diverse: the exponential of the "
    "entropy of the eigenvalues of the cosine kernel, at most the embedding's dimensions.",
    "vendi_share": "The score divided by the number of pairs.",
    "mean_pairwise_distance": "Of all questions from each other.",
    "mean_nearest_distance": "Of each question from the one most like it.",
    "near_duplicates_share": "Questions with another one at a distance below 0.05.",
}
_NGRAMS = {
    "1": "Different words, lower-cased, of all words.",
    "2": "Different runs of two words of all such runs.",
    "3": "Different runs of three words of all such runs.",
}
_SHARES = ("vendi_share", "near_duplicates_share")
_EFFECT = {
    "between_documents": "Mean distance of questions of different documents.",
    "between_personas": "Of one document, for different personas.",
    "within_persona": "Of one document, for the same persona.",
    "new_share": "Of a further persona's questions, those at a distance above 0.2 from every "
    "question for the personas before it.",
}


def diverse(manifest: Mapping[str, Any]) -> Section:
    """Left out where nothing was sampled."""
    found = diversity(manifest)
    if found is None:
        return Section("Diversity", ())
    how = {key: found[key] for key in ("seed", "model")}
    numbers = {key: count(found[key]) for key in ("pairs", "documents")}
    return Section(
        "Diversity",
        (
            said(_HOW, **how, **numbers),
            Table(("measure", "what it tells", "value"), _measures(found)),
            DIVERSITY,
            said(
                "A t-SNE map, or of fewer than 100 different questions their principal components. "
                "It keeps neighbours together; how far apart groups lie tells little."
            ),
            *_domains(found),
            *_personas(found),
        ),
    )


def _measures(found: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    rows = [
        (name.replace("_", " "), meaning, (share if name in _SHARES else decimal)(found[name]))
        for name, meaning in _MEANINGS.items()
    ]
    rows += [
        (f"distinct {size}-grams", _NGRAMS[size], share(of))
        for size, of in found["distinct_ngrams"].items()
    ]
    clusters = found.get("clusters")
    if clusters:
        sizes = f"{decimal(clusters['smallest'])} to {decimal(clusters['largest'])}"
        rows.append(
            (
                "evenness of clusters",
                f"100% if all {count(clusters['count'])} clusters (k-means) were of one size; they "
                f"have {sizes} questions. The exponential of the entropy of the sizes, divided by "
                "their number.",
                share(clusters["occupied_evenly"]),
            )
        )
    return rows


def _domains(found: Mapping[str, Any]) -> list[Block]:
    rows = [
        (domain, count(one["pairs"]), decimal(one["mean_pairwise_distance"]))
        for domain, one in found["by_domain"].items()
    ]
    return [Table(("domain", "sampled pairs", "mean pairwise distance"), rows, 2)] if rows else []


def _personas(found: Mapping[str, Any]) -> list[Block]:
    effect = found.get("persona_effect")
    if not effect or not effect["documents"]:
        return []
    rows = [
        (name.replace("_", " "), meaning, (share if name == "new_share" else decimal)(effect[name]))
        for name, meaning in _EFFECT.items()
    ]
    return [
        said(
            "What a second persona adds, over {documents} documents with questions for several. "
            "If it added nothing, its questions would be as near to those for the first as these "
            "are to each other.",
            documents=count(effect["documents"]),
        ),
        Table(("persona effect", "what it tells", "value"), rows),
    ]
