"""Which plots a manifest gives rise to, what they show and of what numbers they are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webscale_rl_dagster.card.blocks import Picture

FUNNEL = Picture("funnel", "Funnel", "Bars, one a stage: the rows kept of those that came in.")
REASONS = Picture(
    "reasons",
    "Reasons for dropping",
    "Bars: how many rows each stage dropped, by reason, the 20 most frequent.",
)
SHARES = {
    "domains": Picture("domains", "Domains", "Bars: pairs by domain."),
    "answer_types": Picture("answer_types", "Types of answer", "Bars: pairs by type of answer."),
    "personas": Picture("personas", "Personas", "Bars: the 20 most frequent personas, by pairs."),
    "licences": Picture(
        "licences",
        "Licences",
        "Bars: pairs by licence, the ten most frequent and all others together.",
    ),
    "sources": Picture("sources", "Corpora", "Bars: pairs by corpus."),
}
LENGTHS = {
    "question_lengths": Picture(
        "question_lengths", "Questions", "Histogram of questions by their number of words."
    ),
    "answer_lengths": Picture(
        "answer_lengths", "Answers", "Histogram of answers by their number of words."
    ),
}
BOOKS = {"open_book": "with the document", "closed_book": "without it"}
PASS_RATES = Picture(
    "pass_rates",
    "Attempts that were right",
    "Histogram of pairs by the share of attempts that were right, with and without the document.",
)
DIVERSITY = Picture(
    "diversity",
    "Map",
    "The sampled questions by their embeddings, a point each, in the colour of its domain.",
)

MOST = {"domains": 20, "answer_types": 20, "personas": 20, "licences": 10, "sources": 20}
"""Bars of one plot."""


def losses(manifest: Mapping[str, Any], most: int = 100) -> dict[tuple[str, str], int]:
    """Dropped rows by stage and reason, the most frequent, in the order of the funnel."""
    found = {
        (stage, reason): number
        for stage, counts in manifest["funnel"].items()
        for reason, number in counts["dropped"].items()
    }
    frequent = set(sorted(found, key=lambda key: -found[key])[:most])
    return {key: number for key, number in found.items() if key in frequent}


def shares(manifest: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """By the names of `SHARES`, the counts that there are; those that are too many as `others`."""
    personas = (manifest.get("measures") or {}).get("personas") or {}
    counts = {
        "domains": manifest["mix"]["domain"],
        "answer_types": manifest["mix"]["answer_type"],
        "personas": personas.get("most_frequent", {}),
        "licences": manifest["licences"],
        "sources": manifest["corpora"],
    }
    return {name: _fewer(found, MOST[name]) for name, found in counts.items() if found}


def _fewer(counts: Mapping[str, int], most: int) -> dict[str, int]:
    ordered = sorted(counts, key=lambda value: (value == "others", -counts[value], value))
    others = sum(counts[value] for value in ordered[most:])
    found = {value: counts[value] for value in ordered[:most]}
    if others:
        found["others"] = found.get("others", 0) + others
    return found


def lengths(manifest: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """By the names of `LENGTHS`."""
    found = (manifest.get("measures") or {}).get("lengths") or {}
    return {f"{of}_lengths": found[of] for of in ("question", "answer") if of in found}


def measured(manifest: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Pass rates, `open_book` and `closed_book`, of which there are any."""
    found: Mapping[str, Any] = (manifest.get("measures") or {}).get("pass_rates") or {}
    return {book: rates for book, rates in found.items() if rates["measured"]}


def diversity(manifest: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Its numbers, if any question was sampled."""
    found: Mapping[str, Any] | None = (manifest.get("measures") or {}).get("diversity")
    return found if found and found["pairs"] else None
