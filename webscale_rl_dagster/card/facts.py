"""What a card says, in order: headline figures and sections of blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webscale_rl_dagster.card.blocks import (
    Listing,
    Pair,
    Pairs,
    Part,
    Section,
    Table,
    prose,
    said,
)
from webscale_rl_dagster.card.content import content, pass_rates, sources
from webscale_rl_dagster.card.diversity_section import diverse
from webscale_rl_dagster.card.headline import figures
from webscale_rl_dagster.card.human import read_by_people
from webscale_rl_dagster.card.limits import limits
from webscale_rl_dagster.card.making import cost, making
from webscale_rl_dagster.card.removals import removals
from webscale_rl_dagster.card.values import count, web_address

INTRODUCTION = (
    "Questions with short answers that a program can verify, each made from a document of a "
    "pretraining corpus and checked against it. For reinforcement learning: `question` is the "
    "prompt, `answer` what a response is scored against by `verifier`."
)
_TRACING = (
    "`document_id` is the sha256 of the document's text; `corpus`, `source_uri` and `source_row` "
    "say where it was read, `url`, `title` and `licence` what it said of itself. `evidence_start` "
    "and `evidence_end` are the characters of that text that show the answer. `verdicts` says what "
    "every check said. `qa_id` begins with the `shard`, under whose key the pipeline's storage has "
    "each stage's table and every model call."
)
_FILES = (
    "[dropped.parquet] has what was left out and why, [LICENSES.md] the licences and sources, "
    "[RELEASE.json] hashes, models and settings."
)


@dataclass(frozen=True, slots=True)
class Facts:
    """A card before it is a page."""

    title: str
    introduction: tuple[Part, ...]
    figures: tuple[tuple[str, str], ...]
    """Numbers that come first, and of what they are."""
    sections: tuple[Section, ...]


def facts(manifest: Mapping[str, Any], pairs: Sequence[Mapping[str, Any]]) -> Facts:
    """Of a manifest and some of the release's rows; a section that has nothing to say is left out.

    Args:
        manifest: As docs/releases.md describes it; `measures` and `usage` may be missing.
        pairs: Rows to be shown.
    """
    sections = (
        making(manifest),
        _splits(manifest),
        Section("Loading", (Listing(_loading(manifest)),)),
        content(manifest),
        pass_rates(manifest),
        read_by_people(manifest),
        sources(manifest),
        removals(manifest),
        diverse(manifest),
        cost(manifest),
        _pairs(pairs),
        limits(manifest),
        _previous(manifest),
        Section("Tracing a pair", (said(_TRACING), said(_FILES))),
    )
    return Facts(
        f"Webscale-RL {manifest['name']}",
        prose(INTRODUCTION),
        tuple(figures(manifest)),
        tuple(section for section in sections if section.blocks),
    )


def _splits(manifest: Mapping[str, Any]) -> Section:
    rows = [
        (split, count(manifest["documents"][split]), count(number))
        for split, number in manifest["splits"].items()
    ]
    rule = "No document is in two splits; a hash of `document_id` tells which one it is in."
    return Section("Splits", (Table(("split", "documents", "pairs"), rows, 2), said(rule)))


def _loading(manifest: Mapping[str, Any]) -> str:
    name = manifest["name"]
    return (
        "from datasets import load_dataset\n\n"
        f'pairs = load_dataset("path/to/{name}", split="train")'
    )


def _pairs(pairs: Sequence[Mapping[str, Any]]) -> Section:
    if not pairs:
        return Section("Random pairs", ())
    how = "{number} pairs at random, by a keyed hash of their ids; nobody chose among them."
    shown = Pairs(tuple(map(_pair, pairs)))
    return Section("Random pairs", (said(how, number=len(pairs)), shown))


def _pair(row: Mapping[str, Any]) -> Pair:
    about = [row["domain"], row["answer_type"], row["persona"] and f"for: {row['persona']}"]
    return Pair(
        question=row["question"] or "",
        answer=row["answer"] or "",
        about=", ".join(part for part in about if part),
        source=row["title"] or row["url"] or row["corpus"] or "",
        address=web_address(row["url"]),
        licence=row["licence"] or "licence unstated",
        qa_id=row["qa_id"],
    )


def _previous(manifest: Mapping[str, Any]) -> Section:
    before = manifest.get("previous")
    if not before:
        return Section("Changes", ())
    changes = [(name, count(before[name])) for name in ("added", "removed", "changed", "moved")]
    changes += [
        (f"removed: {reason}", count(number))
        for reason, number in before["removed_by_reason"].items()
    ]
    against = said(
        "Against release {name}; [changes.parquet] lists every pair that differs. Moved pairs are "
        "in another split.",
        name=before["name"],
    )
    return Section("Changes", (against, Table(("change", "pairs"), changes)))
