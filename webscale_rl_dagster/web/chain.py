"""The links of a pair's chain, from the file that was read to the releases that hold it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Found = Mapping[str, Any]

_FILTER = {
    "tokens": "tokens",
    "language": "language",
    "model_reason": "the model's reason",
    "contamination": "benchmark item found",
}
_CLASSIFICATION = {
    "domain": "domain",
    "domain_by": "domain by",
    "personas": "personas",
    "model_reason": "the model's reason",
}
_CANDIDATE = {
    "persona": "persona",
    "domain": "domain",
    "style": "style",
    "sample": "sample",
    "tries": "tries",
    "round_trip": "round trip",
    "prompt_version": "prompt version",
    "generator_model": "generator",
}
_CHECK = {
    "profile": "profile",
    "answer_type": "answer type",
    "verifier": "verifier",
    "verifier_faults": "what the verifier accepts and should not",
    "answer_aliases": "other spellings",
    "evidence_kind": "evidence found as",
    "checker_model": "checker",
    "votes": "votes",
    "agreement": "agreement of the votes",
    "model_reason": "the model's reason",
    "prober_model": "prober",
    "open_book_rate": "solved with the document",
    "closed_book_rate": "solved without it",
    "rivals": "other answers put to the checker",
    "duplicate_of": "repeats",
    "contamination": "benchmark item found",
    "decontaminated_against": "searched for items of",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A named value, which is text that anyone may have written."""

    name: str
    value: object
    kind: str = "text"
    """text, code, time, url, document or pair: how it is shown, and what it may link to."""


@dataclass(frozen=True, slots=True)
class Step:
    """One link of the chain; what is null is left out of its facts."""

    title: str
    facts: tuple[Fact, ...]
    stage: str | None = None
    """The stage that made it, if one did that the pair came to."""


def chain(found: Found) -> list[Step]:
    """Of what `audit.provenance` found; a stage that the pair did not reach is not there."""
    document = found["document"]
    filtered = (*_window(document), *_named(found["filter"], _FILTER))
    classified = _named(found["classification"], _CLASSIFICATION)
    steps = [
        Step("Source file", _source(document)),
        Step("Document", _document(document), "raw_documents"),
        Step("Filter", filtered, "filtered_documents"),
        Step("Classification", classified, "classified_documents"),
        Step("Candidate", _named(found, _CANDIDATE), "candidate_qa"),
        Step("Check", _named(found["check"], _CHECK), "checked_qa"),
        Step("Publication", (), "verified_qa"),
    ]
    there = found["stages"]
    return [step for step in steps if step.facts or step.stage in there]


def _source(document: Found) -> tuple[Fact, ...]:
    file = document["file"] or {"uri": None, "sha256": None, "ingested_at": None}
    facts = [
        Fact("ingested", None if file["uri"] == document["source_uri"] else file["uri"]),
        Fact("sha256", file["sha256"], "code"),
        Fact("ingested at", file["ingested_at"], "time"),
        Fact("file", document["source_uri"]),
        Fact("row", document["source_row"]),
    ]
    return _there(facts)


def _document(document: Found) -> tuple[Fact, ...]:
    facts = [
        Fact("id", document["document_id"], "document"),
        Fact("title", document["title"]),
        Fact("address", document["url"], "url"),
        Fact("licence", document["licence"]),
        Fact("corpus", document["corpus"]),
        Fact("language", document["language"]),
        Fact("metadata", document["metadata"]),
    ]
    return _there(facts)


def _window(document: Found) -> tuple[Fact, ...]:
    window = document["window"]
    if not window:
        return ()
    place = f"{window['number']}, characters {window['start']:,} to {window['end']:,}"
    return (Fact("window", place),)


def _named(row: Found | None, names: Mapping[str, str]) -> tuple[Fact, ...]:
    kinds = {"duplicate_of": "pair", "verifier": "code", "prompt_version": "code"}
    facts = (
        [
            Fact(label, _text(row.get(name)), kinds.get(name, "text"))
            for name, label in names.items()
        ]
        if row
        else []
    )
    return _there(facts)


def _there(facts: list[Fact]) -> tuple[Fact, ...]:
    return tuple(fact for fact in facts if fact.value is not None)


def _text(value: object) -> object:
    """Lists and structures on one line; an empty one is none."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {part}" for name, part in value.items() if part is not None)
    if isinstance(value, list):
        return "; ".join(map(str, value)) or None
    return f"{value:.3g}" if isinstance(value, float) else value
