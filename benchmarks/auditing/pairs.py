"""The pairs of a synthetic shard: a thousand of `candidate_qa`, to `verified_qa`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from benchmarks.auditing.columns import whole
from benchmarks.auditing.documents import DOCUMENTS, PERSONAS, REPEATS, Documents
from benchmarks.auditing.judged import MODEL, checked_of, verified_of
from benchmarks.auditing.words import Words
from webscale_rl_dagster.identity import qa_id
from webscale_rl_dagster.prompts.demonstrations import demonstrations
from webscale_rl_dagster.prompts.library import load_template

CANDIDATES = 1000
UNWRITTEN = 100
"""Candidates without a question: 900 are checked."""


@dataclass(frozen=True, slots=True)
class Pairs:
    candidates: pl.DataFrame
    checked: pl.DataFrame
    verified: pl.DataFrame


def pairs_of(shard: str, documents: Documents, words: Words, draw: np.random.Generator) -> Pairs:
    candidates = _candidates(shard, documents, words, draw)
    checked = checked_of(candidates.filter("kept"), draw)
    return Pairs(candidates, checked, verified_of(candidates, checked, documents.raw))


def _candidates(
    shard: str, documents: Documents, words: Words, draw: np.random.Generator
) -> pl.DataFrame:
    places = {
        name: row for row, name in enumerate(documents.raw["document_id"].head(DOCUMENTS - REPEATS))
    }
    titles = documents.raw["title"]
    rows: list[dict[str, Any]] = []
    for window in documents.classified.filter("kept").iter_rows(named=True):
        place = places[window["document_id"]]
        shown = demonstrations(window["domain"], seed=window["document_id"])
        window["demonstrations"] = [item.id for item in shown]
        for turn, persona in enumerate(window["personas"]):
            rows.append(
                _candidate(shard, window, persona)
                | _asked(documents, words, titles[place], place, turn)
            )
    del rows[CANDIDATES:]
    frame = pl.DataFrame(rows, infer_schema_length=None)
    written = pl.Series(draw.permutation(len(rows))) >= UNWRITTEN
    pair = ("question", "answer", "style", "span_start", "span_end")
    return whole(
        "candidate_qa",
        frame.with_columns(
            *(pl.when(written).then(name).alias(name) for name in pair),
            kept=written,
            reason=pl.when(~written).then(pl.lit("no_answer_span")),
        ),
    )


def _candidate(shard: str, window: dict[str, Any], persona: str) -> dict[str, Any]:
    """As `stages.generate` identifies it."""
    prompt = load_template("generate").ref
    identified = {
        "document_id": window["document_id"],
        "window": window["window"],
        "persona": persona,
        "model": MODEL,
        "prompt_version": f"{prompt.name}.{prompt.version}.{prompt.sha}",
        "sample": 0,
    }
    shared = ("window_start", "window_end", "domain", "demonstrations")
    return {
        **identified,
        **{name: window[name] for name in shared},
        "qa_id": qa_id(shard, identified),
        "tries": 1,
        "round_trip": "found",
    }


def _asked(documents: Documents, words: Words, title: str, place: int, turn: int) -> dict[str, Any]:
    """A sentence of the turn's third of the document with its longest word blanked."""
    sentences = documents.sentences[place]
    which = len(sentences) * turn // PERSONAS
    number = sentences[which]
    start, end = words.answers[number]
    begins = documents.starts[place][which]
    return {
        "question": f'In "{title}", which word is missing: {words.blanked(number)}',
        "answer": words.answer(number),
        "style": "open" if number % 3 else "cloze",
        "span_start": begins + start,
        "span_end": begins + end,
    }
