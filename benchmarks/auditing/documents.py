"""The documents of a synthetic shard: `raw_documents` to `classified_documents`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import numpy as np
import polars as pl

from benchmarks.auditing.columns import among, whole
from benchmarks.auditing.words import Words
from webscale_rl_dagster.identity import ShardKey, document_id, sha256_text
from webscale_rl_dagster.prompts.schemas import DOMAINS

DOCUMENTS = 400
REPEATS, UNFIT, UNCLASSIFIED = 30, 30, 6
"""Dropped at ingestion, by the filter and by the classifier: 334 go on."""
PERSONAS = 3
SHARDS_PER_FILE = 2
CORPORA = ("web", "wiki", "books", "papers")
_LICENCES = ("CC-BY-SA-4.0", "CC-BY-4.0", "CC0-1.0", "MIT", None)
_LENGTHS = (14, 24)
"""Sentences of a document: 1.5 to 3 KB."""
_UNFIT = ("not_qualified", "too_short", "boilerplate", "wrong_language", "repetition")
_FIELDS = ("history", "chemistry", "law", "nursing", "sailing", "databases", "music", "physics")
_READERS = ("teacher", "student", "reporter", "hobbyist", "engineer", "editor", "translator")
STARTED = datetime(2026, 1, 1, tzinfo=UTC)


def key_of(number: int) -> ShardKey:
    """Of the shard of that number; two shards are cut from one file."""
    file, part = divmod(number, SHARDS_PER_FILE)
    return ShardKey(CORPORA[file % len(CORPORA)], sha256_of(file)[:10], part)


def sha256_of(file: int) -> str:
    """Of the source file of that number, which is nowhere."""
    return sha256_text(f"source file {file}")


def source_of(key: ShardKey) -> str:
    return f"s3://corpora/{key.corpus}/{key.file}.jsonl.gz"


@dataclass(frozen=True, slots=True)
class Documents:
    """The three tables, and what the pairs are made of."""

    raw: pl.DataFrame
    filtered: pl.DataFrame
    classified: pl.DataFrame
    sentences: list[list[int]]
    """Of each row of `raw`: which sentences its text is made of."""
    starts: list[list[int]]
    """Where in the text each begins."""


def documents_of(number: int, words: Words, draw: np.random.Generator) -> Documents:
    key = key_of(number)
    lengths = draw.integers(*_LENGTHS, size=DOCUMENTS)
    drawn = draw.integers(len(words.sentences), size=int(lengths.sum()))
    sentences = [part.tolist() for part in np.split(drawn, np.cumsum(lengths)[:-1])]
    texts = [" ".join(words.sentences[one] for one in some) for some in sentences]
    starts = [
        [0, *accumulate(len(words.sentences[one]) + 1 for one in some[:-1])] for some in sentences
    ]
    raw = _raw(number, key, texts, words, draw)
    filtered = _filtered(raw.filter("kept"), draw)
    return Documents(raw, filtered, _classified(filtered, draw), sentences, starts)


def _raw(
    number: int, key: ShardKey, texts: list[str], words: Words, draw: np.random.Generator
) -> pl.DataFrame:
    first = number * DOCUMENTS
    named = draw.integers(len(words.names), size=(DOCUMENTS, 2))
    titles = [
        f"{words.names[one]} {words.names[other]} {first + place}"
        for place, (one, other) in enumerate(named.tolist())
    ]
    ids = [document_id(text) for text in texts]
    repeats = DOCUMENTS - REPEATS
    kept = pl.Series([place < repeats for place in range(DOCUMENTS)])
    host = f"https://{key.corpus}.example.org"
    frame = pl.DataFrame(
        {
            "document_id": [*ids[:repeats], *ids[:REPEATS]],
            "text": texts,
            "source_row": [key.number * DOCUMENTS + place for place in range(DOCUMENTS)],
            "title": titles,
            "url": [f"{host}/{title.lower().replace(' ', '-')}" for title in titles],
            "licence": among(_LICENCES, draw, DOCUMENTS),
            "minhash": [draw.bytes(256) for _ in range(DOCUMENTS)],
            "kept": kept,
        }
    )
    return whole(
        "raw_documents",
        frame.with_columns(
            text=pl.when("kept").then("text"),
            minhash=pl.when("kept").then("minhash"),
            corpus=pl.lit(key.corpus),
            source_uri=pl.lit(source_of(key)),
            language=pl.lit("en"),
            metadata=pl.lit("{}"),
            ingested_at=pl.lit(STARTED + timedelta(seconds=number)),
            duplicate_of=pl.when(~pl.col("kept")).then("document_id"),
            reason=pl.when(~pl.col("kept")).then(pl.lit("duplicate_document")),
        ),
    )


def _filtered(raw: pl.DataFrame, draw: np.random.Generator) -> pl.DataFrame:
    reasons = pl.Series("unfit", among(_UNFIT, draw, raw.height))
    frame = raw.select("document_id", "language", window_end=pl.col("text").str.len_chars())
    order = pl.Series(draw.permutation(raw.height))
    return whole(
        "filtered_documents",
        frame.with_columns(reasons, kept=order >= UNFIT).with_columns(
            window=pl.lit(0),
            window_start=pl.lit(0),
            tokens=pl.col("window_end") // 4,
            model_reason=pl.lit("states facts"),
            reason=pl.when(~pl.col("kept")).then("unfit"),
        ),
    )


def _classified(filtered: pl.DataFrame, draw: np.random.Generator) -> pl.DataFrame:
    windows = filtered.filter("kept")
    place = ("document_id", "window", "window_start", "window_end")
    readers = [f"{field} {reader}" for field in _FIELDS for reader in _READERS]
    drawn = draw.integers(len(readers) // PERSONAS, size=(windows.height, PERSONAS))
    personas = [[readers[PERSONAS * one + turn] for turn, one in enumerate(some)] for some in drawn]
    kept = pl.Series(range(windows.height)) < windows.height - UNCLASSIFIED
    return whole(
        "classified_documents",
        windows.select(place).with_columns(
            domain=pl.Series(among(DOMAINS, draw, windows.height)),
            domain_by=pl.lit("model"),
            personas=pl.Series(personas),
            model_reason=pl.lit("by its terms"),
            kept=kept,
            reason=pl.when(~kept).then(pl.lit("no_persona")),
        ),
    )
